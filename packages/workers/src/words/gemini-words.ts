import { type AgentEvent, isObject, objectIn, textIn } from '../agents/report.ts';
import { failedWord, toolWord } from './tool-word.ts';
import { problem, type Word, withoutControls } from './word.ts';

/** Gemini CLI's `stream-json`; undefined for anything else. */
export function geminiWords(event: AgentEvent): Word[] | undefined {
  switch (event['type']) {
    case 'init':
      return textIn(event, 'session_id') === undefined ? undefined : [];
    case 'message': {
      if (textIn(event, 'role') === undefined) return undefined;
      const text = textIn(event, 'content') ?? '';
      if (event['role'] !== 'assistant' || text === '') return [];
      const word = { kind: 'said', text: withoutControls(text) } as const;
      return [event['delta'] === true ? { ...word, piece: true } : word];
    }
    case 'tool_use': {
      const tool = textIn(event, 'tool_name');
      return tool === undefined ? undefined : [toolWord(tool, objectIn(event, 'parameters'))];
    }
    case 'tool_result':
      if (textIn(event, 'tool_id') === undefined) return undefined;
      return event['status'] === 'error'
        ? [failedWord(textIn(event, 'output') ?? textIn(event['error'], 'message'))]
        : [];
    case 'result':
      if (textIn(event, 'status') === undefined || !isObject(event['stats'] ?? event['error']))
        return undefined;
      return event['status'] === 'success' ? [] : problem(textIn(event['error'], 'message') ?? 'it failed');
    default:
      return undefined;
  }
}
