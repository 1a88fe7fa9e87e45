import type { Agent } from './agent.ts';
import { type AgentEvent, type AgentReport, numberIn, objectIn, problemOf, textIn } from './report.ts';

/** opencode. */
export const opencode: Agent = {
  name: 'opencode',
  command: 'opencode run --format json',
  metered: true,
  readEvent,
};

function readEvent(report: AgentReport, event: AgentEvent): AgentReport {
  const sessionId = textIn(event, 'sessionID');
  const known = sessionId === undefined ? report : { ...report, sessionId };
  const part = objectIn(event, 'part');
  switch (event['type']) {
    case 'text':
      return { ...known, text: textIn(part, 'text') ?? known.text };
    case 'tool_use': {
      const refused = /permission/i.test(textIn(objectIn(part, 'state'), 'error') ?? '');
      return refused ? { ...known, denied: [...known.denied, textIn(part, 'tool') ?? 'a tool'] } : known;
    }
    case 'step_finish': {
      // Each step tells its own figures.
      const tokens = objectIn(part, 'tokens');
      const cache = objectIn(tokens, 'cache');
      const step =
        numberIn(tokens, 'input') +
        numberIn(tokens, 'output') +
        numberIn(cache, 'read') +
        numberIn(cache, 'write');
      return {
        ...known,
        tokens: (known.tokens ?? 0) + step,
        costUsd: (known.costUsd ?? 0) + numberIn(part, 'cost'),
      };
    }
    case 'error': {
      const error = objectIn(event, 'error');
      const data = objectIn(error, 'data');
      const message = textIn(data, 'message') ?? textIn(error, 'name') ?? 'it failed';
      return { ...known, problem: problemOf(message, data['statusCode']) };
    }
    default:
      return known;
  }
}
