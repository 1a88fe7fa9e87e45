import { brief } from '../agents/activity.ts';
import { type AgentEvent, objectIn, textIn } from '../agents/report.ts';
import { failedWord } from './tool-word.ts';
import { problem, type Word, withoutControls } from './word.ts';

/** By the protocol's kind of tool. */
const KINDS: Readonly<Record<string, Word['kind']>> = {
  edit: 'changed',
  delete: 'changed',
  move: 'changed',
  execute: 'ran',
};

/** Words for a logged message of the Agent Client Protocol (`talkAcp`); undefined for anything else. */
export function acpWords(event: AgentEvent): Word[] | undefined {
  const value = objectIn(event, 'value');
  switch (event['acp']) {
    case 'update':
      return updateWords(value);
    case 'permission':
      return value['allowed'] === true
        ? []
        : [{ kind: 'denied', text: brief(textIn(value, 'title') ?? textIn(value, 'kind') ?? 'a tool') }];
    case 'result': {
      const stopped = textIn(value, 'stopReason');
      return stopped === 'end_turn' ? [] : problem(`the agent stopped: ${stopped ?? 'for no reason'}`);
    }
    case 'error':
      return problem(textIn(value, 'message') ?? 'it failed');
    case 'session':
      return [];
    default:
      return undefined;
  }
}

function updateWords(update: AgentEvent): Word[] {
  switch (update['sessionUpdate']) {
    case 'agent_message_chunk': {
      const text = textIn(objectIn(update, 'content'), 'text') ?? '';
      return text === '' ? [] : [{ kind: 'said', text: withoutControls(text), piece: true }];
    }
    case 'tool_call': {
      const kind = KINDS[textIn(update, 'kind') ?? ''] ?? 'used';
      return [{ kind, text: brief(textIn(update, 'title') ?? 'a tool') }];
    }
    case 'tool_call_update':
      return update['status'] === 'failed' ? [failedWord(textIn(update, 'title'))] : [];
    default:
      return [];
  }
}
