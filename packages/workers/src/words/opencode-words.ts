import { type AgentEvent, objectIn, textIn } from '../agents/report.ts';
import { failedWord, toolWord } from './tool-word.ts';
import { problem, said, type Word } from './word.ts';

/** opencode's `--format json`; undefined for anything else. */
export function opencodeWords(event: AgentEvent): Word[] | undefined {
  if (textIn(event, 'sessionID') === undefined) return undefined;
  const part = objectIn(event, 'part');
  switch (event['type']) {
    case 'text':
      return said(textIn(part, 'text'));
    case 'tool_use': {
      const state = objectIn(part, 'state');
      const word = toolWord(textIn(part, 'tool') ?? 'a tool', objectIn(state, 'input'));
      const error = textIn(state, 'error');
      return error === undefined ? [word] : [word, failedWord(error)];
    }
    case 'error': {
      const error = objectIn(event, 'error');
      return problem(textIn(objectIn(error, 'data'), 'message') ?? textIn(error, 'name') ?? 'it failed');
    }
    default:
      return [];
  }
}
