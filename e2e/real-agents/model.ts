import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DIALECTS, type Move } from './dialects.ts';

/** The whole conversation as it was sent, and whether the last thing in it is the result of a tool. */
export type Script = (conversation: string, afterTool: boolean) => Move;

/** A model on 127.0.0.1 that plays a script, in the dialects of the Anthropic, OpenAI and Gemini interfaces. */
export async function startModel(script: Script): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    void respond(script, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function respond(script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const path = (request.url ?? '').split('?')[0] ?? '';
  const json = (status: number, value: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (/count_?tokens$/i.test(path)) return json(200, { input_tokens: 100, totalTokens: 100 });
  if (path.endsWith('/models')) return json(200, { object: 'list', data: [], models: [] });
  const dialect = DIALECTS.find((each) => each.path.test(path));
  if (!dialect) return json(request.method === 'HEAD' || path === '/' ? 200 : 404, {});
  const body: unknown = JSON.parse(text);
  const tools = dialect.tools(body);
  // Titles and summaries are asked for without tools; they are no turn of the ticket.
  const move: Move =
    tools.length === 0 ? { kind: 'say', text: 'A title' } : script(text, dialect.afterTool(body));
  if (move.kind === 'silence') return;
  if (move.kind === 'fail') return json(400, dialect.failure(move.message));
  const events = dialect.answer(move, body, tools);
  if (isWhole(path, body)) return json(200, whole(events));
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [name, data] of events) {
    if (name !== '') response.write(`event: ${name}\n`);
    response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  }
  response.end();
}

function isWhole(path: string, body: any): boolean {
  return path.endsWith(':generateContent') || (path.endsWith('/messages') && body.stream !== true);
}

/** Small questions on the side are answered in one piece. */
function whole(events: readonly [string, any][]): unknown {
  const [, first] = events[0] ?? [];
  if (first?.type !== 'message_start') return first;
  return { ...first.message, content: [{ type: 'text', text: 'ok' }], stop_reason: 'end_turn' };
}
