import { brief } from './activity.ts';
import type { TokenUsage } from '../usage.ts';
import { problemOf } from './problem.ts';
import { type AgentEvent, type AgentReport, isObject, numberIn, objectIn, textIn } from './report.ts';

/**
 * Reads what `talkAcp` logs of a conversation: `{"acp": "session"
 *
 * "update"
 *
 * "permission"
 *
 * "result"
 *
 * "error"}`, with the agent's message in `value`.
 */
export function readAcpEvent(report: AgentReport, event: AgentEvent): AgentReport {
  const value = objectIn(event, 'value');
  switch (event['acp']) {
    case 'session': {
      const sessionId = textIn(value, 'sessionId');
      return sessionId === undefined ? report : { ...report, sessionId };
    }
    case 'update':
      return readUpdate(report, value);
    case 'permission': {
      if (value['allowed'] === true) return report;
      const tool = textIn(value, 'title') ?? textIn(value, 'kind') ?? 'a tool';
      return { ...report, denied: [...report.denied, brief(tool)] };
    }
    case 'result': {
      const known = { ...report, ...tokensOf(value) };
      const stopped = textIn(value, 'stopReason');
      if (stopped === 'end_turn' || stopped === 'cancelled') return known;
      return { ...known, problem: problemOf(`the agent stopped: ${stopped ?? 'for no reason'}`) };
    }
    case 'error':
      return { ...report, problem: problemOf(messageOf(value), errorOf(value)) };
    default:
      return report;
  }
}

/** The protocol's own code for "sign in first", which is not an HTTP status. */
const AUTH_REQUIRED = -32_000;

function errorOf(value: AgentEvent): unknown {
  return value['code'] === AUTH_REQUIRED ? { code: 'auth_required' } : value;
}

/** "Internal error" is not helpful, so the original error is taken from its data. */
function messageOf(value: AgentEvent): string {
  const message = textIn(value, 'message') ?? 'it failed';
  const told = textIn(value, 'data') ?? textIn(value['data'], 'details') ?? textIn(value['data'], 'message');
  return told === undefined ? message : `${message}: ${told}`;
}

function readUpdate(report: AgentReport, update: AgentEvent): AgentReport {
  switch (update['sessionUpdate']) {
    case 'agent_message_chunk':
      return { ...report, text: report.text + (textIn(objectIn(update, 'content'), 'text') ?? '') };
    case 'tool_call':
      // Text after a tool starts a new message.
      return { ...report, text: '', activity: brief(textIn(update, 'title') ?? 'a tool') };
    case 'usage_update': {
      const cost = objectIn(update, 'cost');
      return cost['currency'] === 'USD' ? { ...report, costUsd: numberIn(cost, 'amount') } : report;
    }
    default:
      return report;
  }
}

/** Agents report tokens in the result of a prompt, either as `usage` or in `_meta.quota`. */
function tokensOf(result: AgentEvent): TokenUsage {
  const told = result['usage'];
  if (isObject(told)) {
    const cachedTokens = numberIn(told, 'cachedReadTokens');
    const outputTokens = numberIn(told, 'outputTokens');
    const inputTokens = numberIn(told, 'inputTokens') + numberIn(told, 'cachedWriteTokens') + cachedTokens;
    return { tokens: inputTokens + outputTokens, inputTokens, outputTokens, cachedTokens };
  }
  const counted = objectIn(objectIn(objectIn(result, '_meta'), 'quota'), 'token_count');
  if (Object.keys(counted).length === 0) return {};
  const inputTokens = numberIn(counted, 'input_tokens');
  const outputTokens = numberIn(counted, 'output_tokens');
  return { tokens: inputTokens + outputTokens, inputTokens, outputTokens };
}
