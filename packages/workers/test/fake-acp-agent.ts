// An agent that speaks the Agent Client Protocol on stdin and stdout and does as its first argument says.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { agent, type AgentContext, methods, ndJsonStream, RequestError } from '@agentclientprotocol/sdk';

const act = process.argv[2] ?? 'ok';
let cwd = process.cwd();
let cancelled = () => {};

async function mayI(client: AgentContext, sessionId: string, kind: 'edit' | 'execute', path: string) {
  const { outcome } = await client.request(methods.client.session.requestPermission, {
    sessionId,
    toolCall: { toolCallId: kind, title: `${kind} ${path}`, kind, locations: [{ path }] },
    options: [
      { optionId: 'yes', name: 'Allow', kind: 'allow_once' },
      { optionId: 'no', name: 'Reject', kind: 'reject_once' },
    ],
  });
  return outcome.outcome === 'selected' && outcome.optionId === 'yes';
}

const say = (client: AgentContext, sessionId: string, text: string) =>
  client.notify(methods.client.session.update, {
    sessionId,
    update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } },
  });

/** Returns how the turn stopped. */
async function play(client: AgentContext, sessionId: string, prompt: string) {
  writeFileSync(join(cwd, 'prompt.txt'), prompt);
  switch (act) {
    case 'asks': {
      const path = join(cwd, 'work.txt');
      if (await mayI(client, sessionId, 'edit', path)) writeFileSync(path, 'work\n');
      for (const [kind, where] of [
        ['edit', '/outside.txt'],
        ['execute', path],
      ] as const)
        await say(client, sessionId, `${kind}: ${await mayI(client, sessionId, kind, where)} `);
      return 'end_turn' as const;
    }
    case 'hang':
      await say(client, sessionId, 'thinking');
      await new Promise<void>((resolve) => (cancelled = resolve));
      await say(client, sessionId, ' cancelled');
      return 'cancelled' as const;
    case 'deaf':
      await say(client, sessionId, 'thinking');
      return new Promise<never>(() => {});
    case 'limit':
      throw new RequestError(429, 'rate limit reached');
    case 'crash':
      await say(client, sessionId, 'oh');
      process.stdout.write('{"jsonrpc": "2.0", "met');
      process.exit(3);
      break;
    case 'noise':
      process.stdout.write('starting up...\n\n');
  }
  await say(client, sessionId, 'I am ');
  await say(client, sessionId, `done in ${sessionId}`);
  return 'end_turn' as const;
}

const app = agent({ name: 'fake' })
  .onRequest(methods.agent.initialize, () => ({
    protocolVersion: 1,
    agentCapabilities: act === 'no-sessions' ? {} : { loadSession: true },
  }))
  .onRequest(methods.agent.session.new, ({ params }) => {
    cwd = params.cwd;
    return { sessionId: 'session-1' };
  })
  .onRequest(methods.agent.session.load, async ({ params, client }) => {
    cwd = params.cwd;
    await say(client, params.sessionId, 'old words. ');
    return {};
  })
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const [block] = params.prompt;
    const stopReason = await play(client, params.sessionId, block?.type === 'text' ? block.text : '');
    const usage = { inputTokens: 70, cachedReadTokens: 30, outputTokens: 11, totalTokens: 111 };
    return { stopReason, usage };
  })
  .onNotification(methods.agent.session.cancel, () => cancelled());

app.connect(
  ndJsonStream(
    Writable.toWeb(process.stdout) as WritableStream<Uint8Array>,
    Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>,
  ),
);
// Some stay when nobody talks to them any more.
if (act === 'stays' || act === 'deaf') setInterval(() => readFileSync('/dev/null'), 1_000);
