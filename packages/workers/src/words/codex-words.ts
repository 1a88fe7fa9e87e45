import { type AgentEvent, listIn, objectIn, textIn } from '../agents/report.ts';
import { failedWord, toolWord } from './tool-word.ts';
import { problem, said, type Word } from './word.ts';

/** Codex' `--json`; undefined for anything else. */
export function codexWords(event: AgentEvent): Word[] | undefined {
  switch (event['type']) {
    case 'item.started':
      return started(objectIn(event, 'item'));
    case 'item.completed':
      return completed(objectIn(event, 'item'));
    case 'thread.started':
    case 'turn.started':
    case 'turn.completed':
    case 'item.updated':
      return [];
    case 'turn.failed':
      return problem(textIn(event['error'], 'message') ?? 'the turn failed');
    case 'error':
      return textIn(event, 'message') === undefined ? undefined : problem(textIn(event, 'message'));
    default:
      return undefined;
  }
}

/** All other items are reported when they are complete, because not every item is announced. */
function started(item: AgentEvent): Word[] {
  return item['type'] === 'command_execution' ? [toolWord('Run', item)] : [];
}

function completed(item: AgentEvent): Word[] {
  switch (item['type']) {
    case 'agent_message':
      return said(textIn(item, 'text'));
    case 'command_execution': {
      const code = item['exit_code'];
      if (typeof code !== 'number' || code === 0) return [];
      return [failedWord(`exit code ${code}\n${lastLine(textIn(item, 'aggregated_output'))}`)];
    }
    case 'file_change': {
      const paths = listIn(item, 'changes').flatMap((change) => textIn(change, 'path') ?? []);
      return [toolWord('Edit', { path: paths.join(', ') })];
    }
    case 'mcp_tool_call':
      return [toolWord(textIn(item, 'tool') ?? 'a tool', objectIn(item, 'arguments'))];
    case 'web_search':
      return [toolWord('Search', item)];
    case 'error':
      return problem(textIn(item, 'message'));
    default:
      return [];
  }
}

function lastLine(output = ''): string {
  return output.trimEnd().split('\n').at(-1) ?? '';
}
