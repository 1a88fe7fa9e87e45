/** What the model does when it is asked: writes a file by a tool, says something, fails, or keeps silent. */
export type Move =
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'fail'; readonly message: string }
  | { readonly kind: 'silence' };

/** A dialect's request, as far as the script needs it, and its answers. */
export interface Dialect {
  readonly path: RegExp;
  readonly afterTool: (body: any) => boolean;
  readonly tools: (body: any) => string[];
  readonly answer: (
    move: Move,
    body: any,
    tools: readonly string[],
  ) => readonly [name: string, data: unknown][];
  readonly failure: (message: string) => unknown;
}

const anthropic: Dialect = {
  path: /\/v1\/messages$/,
  tools: (body) => (body.tools ?? []).map((tool: any) => String(tool.name)),
  afterTool: (body) =>
    lastOf(body.messages)?.content?.some?.((part: any) => part.type === 'tool_result') === true,
  failure: (message) => ({ type: 'error', error: { type: 'invalid_request_error', message } }),
  answer(move, body) {
    const usage = {
      input_tokens: 120,
      output_tokens: 12,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    };
    const message = {
      id: newId('msg'),
      type: 'message',
      role: 'assistant',
      model: body.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    };
    const tool = move.kind === 'write';
    const block = tool
      ? { type: 'tool_use', id: newId('toolu'), name: 'Write', input: {} }
      : { type: 'text', text: '' };
    const delta = tool
      ? {
          type: 'input_json_delta',
          partial_json: JSON.stringify({ file_path: move.path, content: move.content }),
        }
      : { type: 'text_delta', text: textOf(move) };
    return [
      ['message_start', { type: 'message_start', message }],
      ['content_block_start', { type: 'content_block_start', index: 0, content_block: block }],
      ['content_block_delta', { type: 'content_block_delta', index: 0, delta }],
      ['content_block_stop', { type: 'content_block_stop', index: 0 }],
      [
        'message_delta',
        {
          type: 'message_delta',
          delta: { stop_reason: tool ? 'tool_use' : 'end_turn', stop_sequence: null },
          usage,
        },
      ],
      ['message_stop', { type: 'message_stop' }],
    ];
  },
};

const responses: Dialect = {
  path: /\/responses$/,
  tools: (body) => (body.tools ?? []).map((tool: any) => String(tool.name ?? tool.type)),
  afterTool: (body) => String(lastOf(body.input)?.type).endsWith('_output'),
  failure: (message) => ({ error: { message, type: 'invalid_request_error', code: 'bad', param: null } }),
  answer(move, body, tools) {
    const usage = {
      input_tokens: 200,
      input_tokens_details: { cached_tokens: 50 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 220,
    };
    const base = {
      id: newId('resp'),
      object: 'response',
      created_at: 1,
      model: body.model,
      status: 'in_progress',
      output: [],
    };
    const item = move.kind === 'write' ? shellCall(move.path, move.content, tools) : said(textOf(move));
    const empty = item.type === 'message' ? { ...item, content: [] } : { ...item, arguments: '' };
    return [
      ['response.created', { type: 'response.created', sequence_number: 0, response: base }],
      [
        'response.output_item.added',
        { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item: empty },
      ],
      [
        'response.output_item.done',
        { type: 'response.output_item.done', sequence_number: 2, output_index: 0, item },
      ],
      [
        'response.completed',
        {
          type: 'response.completed',
          sequence_number: 3,
          response: { ...base, status: 'completed', output: [item], usage },
        },
      ],
    ];
  },
};

function shellCall(path: string, content: string, tools: readonly string[]) {
  const line = `printf '%s' '${content}' > '${path}'`;
  const name = tools.includes('exec_command')
    ? 'exec_command'
    : tools.includes('shell_command')
      ? 'shell_command'
      : 'shell';
  const input =
    name === 'exec_command' ? { cmd: line } : { command: name === 'shell' ? ['bash', '-lc', line] : line };
  return {
    type: 'function_call',
    id: newId('fc'),
    call_id: newId('call'),
    name,
    arguments: JSON.stringify(input),
    status: 'completed',
  };
}

function said(text: string) {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { type: 'message', id: newId('msg'), role: 'assistant', status: 'completed', content };
}

const completions: Dialect = {
  path: /\/chat\/completions$/,
  tools: (body) => (body.tools ?? []).map((tool: any) => String(tool.function?.name)),
  afterTool: (body) => lastOf(body.messages)?.role === 'tool',
  failure: (message) => ({ error: { message, type: 'invalid_request_error', code: 'bad', param: null } }),
  answer(move, body) {
    const usage = {
      prompt_tokens: 200,
      completion_tokens: 20,
      total_tokens: 220,
      prompt_tokens_details: { cached_tokens: 50 },
    };
    const chunk = (delta: object, finish: string | null = null): [string, unknown] => [
      '',
      {
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: body.model,
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...(finish && { usage }),
      },
    ];
    if (move.kind !== 'write')
      return [chunk({ role: 'assistant', content: textOf(move) }), chunk({}, 'stop'), ['', '[DONE]']];
    const input = JSON.stringify({ filePath: move.path, content: move.content });
    const call = {
      index: 0,
      id: newId('call'),
      type: 'function',
      function: { name: 'write', arguments: input },
    };
    return [chunk({ role: 'assistant', tool_calls: [call] }), chunk({}, 'tool_calls'), ['', '[DONE]']];
  },
};

const gemini: Dialect = {
  path: /:(stream)?generateContent$/i,
  tools: (body) =>
    (body.tools ?? []).flatMap((tool: any) =>
      (tool.functionDeclarations ?? []).map((f: any) => String(f.name)),
    ),
  afterTool: (body) => lastOf(body.contents)?.parts?.some?.((part: any) => part.functionResponse) === true,
  failure: (message) => ({ error: { code: 400, status: 'INVALID_ARGUMENT', message } }),
  answer(move) {
    const part =
      move.kind === 'write'
        ? { functionCall: { name: 'write_file', args: { file_path: move.path, content: move.content } } }
        : { text: textOf(move) };
    const usageMetadata = {
      promptTokenCount: 200,
      candidatesTokenCount: 20,
      totalTokenCount: 220,
      cachedContentTokenCount: 50,
    };
    return [
      [
        '',
        {
          candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
          usageMetadata,
          modelVersion: 'scripted',
        },
      ],
    ];
  },
};

export const DIALECTS: readonly Dialect[] = [anthropic, responses, completions, gemini];

let counter = 0;
function newId(prefix: string): string {
  counter += 1;
  return `${prefix}_${counter}`;
}

function textOf(move: Move): string {
  return move.kind === 'say' ? move.text : '';
}

function lastOf(list: any): any {
  return Array.isArray(list) ? list.at(-1) : undefined;
}
