import { type AgentEvent, isObject, listIn, objectIn, textIn } from '../agents/report.ts';
import { failedWord, toolWord } from './tool-word.ts';
import { problem, said, type Word } from './word.ts';

const TYPES = new Set(['system', 'assistant', 'user', 'result', 'rate_limit_event']);

/** Claude Code's `stream-json`; undefined for anything else. */
export function claudeWords(event: AgentEvent): Word[] | undefined {
  const type = textIn(event, 'type') ?? '';
  if (textIn(event, 'session_id') === undefined || !TYPES.has(type)) return undefined;
  const parts = listIn(event['message'], 'content');
  switch (type) {
    case 'assistant':
      return parts.flatMap((part) => {
        if (textIn(part, 'type') === 'tool_use')
          return [toolWord(textIn(part, 'name') ?? 'a tool', objectIn(part, 'input'))];
        return textIn(part, 'type') === 'text' ? said(textIn(part, 'text')) : [];
      });
    case 'user':
      return parts.flatMap((part) =>
        isObject(part) && part['is_error'] === true ? [failedWord(resultText(part))] : [],
      );
    case 'system':
      if (event['subtype'] === 'permission_denied')
        return [{ kind: 'denied', text: textIn(event, 'tool_name') ?? 'a tool' }];
      return event['subtype'] === 'api_retry'
        ? problem(`${textIn(event, 'error') ?? 'a request failed'}, tried again`)
        : [];
    case 'result': {
      const failed = event['is_error'] === true || event['subtype'] !== 'success';
      const [error] = listIn(event, 'errors');
      // The result of a success only repeats the last text.
      return failed
        ? problem(typeof error === 'string' ? error : (textIn(event, 'result') ?? textIn(event, 'subtype')))
        : [];
    }
    default:
      return [];
  }
}

function resultText(part: AgentEvent): string | undefined {
  const texts = listIn(part, 'content').flatMap((each) => textIn(each, 'text') ?? []);
  return textIn(part, 'content') ?? texts.join('\n');
}
