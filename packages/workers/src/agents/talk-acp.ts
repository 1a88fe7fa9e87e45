import { Readable, Writable } from 'node:stream';
import {
  client,
  type ClientContext,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  type RequestPermissionRequest,
} from '@agentclientprotocol/sdk';
import { readRegular } from '../process/regular-file.ts';
import type { Pipes } from '../process/supervise.ts';
import { isObject } from './report.ts';
import { isAllowed, type PermissionPolicy, type PermissionRequest } from './permission.ts';

const MAX_PROMPT_BYTES = 2 ** 26;

export interface Conversation {
  readonly promptFile: string;
  readonly cwd: string;
  /** A session to resume, if the agent can. */
  readonly session?: string;
  readonly policy: PermissionPolicy;
  /** Shell lines that it may run under any policy. */
  readonly commands?: readonly string[];
  /** Asks a person instead of applying the policy. */
  readonly onPermission?: (request: PermissionRequest) => Promise<boolean>;
  /** Receives each relevant message as one JSON object; see `readAcpEvent`. */
  readonly log: (event: Readonly<Record<string, unknown>>) => Promise<void>;
}

/**
 * Sends one prompt to an agent that speaks the Agent Client Protocol, and waits until it is answered. Aborting
 * `ending` cancels the turn. The agent may stay alive afterwards; the caller that started it ends it.
 */
export async function talkAcp(pipes: Pipes, ending: AbortSignal, conversation: Conversation): Promise<void> {
  const { log } = conversation;
  const stream = ndJsonStream(
    Writable.toWeb(pipes.stdin) as WritableStream<Uint8Array>,
    Readable.toWeb(pipes.stdout) as ReadableStream<Uint8Array>,
  );
  // Updates that repeat the earlier part of a resumed session are not part of this turn.
  let listening = false;
  const app = client({ name: 'sage' })
    .onRequest(methods.client.session.requestPermission, async ({ params }) =>
      answer(params, ending, conversation),
    )
    .onNotification(methods.client.session.update, async ({ params }) => {
      if (listening) await log({ acp: 'update', value: params.update });
    });
  try {
    await app.connectWith(stream, async (agent) => {
      const sessionId = await openSession(agent, conversation);
      await log({ acp: 'session', value: { sessionId } });
      const cancel = () => void agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => {});
      ending.addEventListener('abort', cancel, { once: true });
      if (ending.aborted) return;
      listening = true;
      const text = (await readRegular(conversation.promptFile, MAX_PROMPT_BYTES)) ?? '';
      const prompt = [{ type: 'text' as const, text }];
      const result = await agent.request(methods.agent.session.prompt, { sessionId, prompt });
      await log({ acp: 'result', value: result });
    });
  } catch (error) {
    const { message, code, data } = error as Error & { code?: unknown; data?: unknown };
    await log({ acp: 'error', value: { message, code, data } });
    throw error;
  }
}

async function openSession(agent: ClientContext, { cwd, session }: Conversation): Promise<string> {
  const { agentCapabilities } = await agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: {},
  });
  const known = { sessionId: session ?? '', cwd, mcpServers: [] };
  if (session !== undefined && agentCapabilities?.sessionCapabilities?.resume) {
    await agent.request(methods.agent.session.resume, known);
    return session;
  }
  if (session !== undefined && agentCapabilities?.loadSession) {
    await agent.request(methods.agent.session.load, known);
    return session;
  }
  if (session !== undefined) throw new Error('the agent cannot resume a session');
  return (await agent.request(methods.agent.session.new, { cwd, mcpServers: [] })).sessionId;
}

async function answer(request: RequestPermissionRequest, ending: AbortSignal, conversation: Conversation) {
  const { policy, commands, cwd, onPermission, log } = conversation;
  if (ending.aborted) return { outcome: { outcome: 'cancelled' as const } };
  const { title, kind, locations, rawInput } = request.toolCall;
  const asked: PermissionRequest = {
    title: title ?? 'a tool',
    kind: kind ?? 'other',
    command: commandOf(rawInput),
    paths: (locations ?? []).map(({ path }) => path),
  };
  const allowed = onPermission ? await onPermission(asked) : isAllowed(policy, asked, cwd, commands);
  await log({ acp: 'permission', value: { ...asked, allowed } });
  const wanted = allowed ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always'];
  const option = wanted.flatMap((one) => request.options.find((each) => each.kind === one) ?? [])[0];
  return {
    outcome: option
      ? { outcome: 'selected' as const, optionId: option.optionId }
      : { outcome: 'cancelled' as const },
  };
}

/** Agents pass on their tool's own input: a shell line, or a list of words. */
function commandOf(input: unknown): string | undefined {
  if (!isObject(input)) return undefined;
  const command = input['command'];
  if (Array.isArray(command)) return command.join(' ');
  return typeof command === 'string' ? command : undefined;
}
