import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { onTerminal } from './on-terminal.ts';
import type { Sandbox } from './sandbox.ts';

const SAGE = join(import.meta.dirname, '../apps/cli/bin/sage.js');

/**
 * Runs `sage stream` on a terminal of script(1), and types each answer when its question is there, after the question
 * before it. Returns all that was on the terminal.
 */
export async function converse(
  sandbox: Sandbox,
  agent: string,
  flags: string,
  dialogue: readonly (readonly [question: string, keys: string])[],
): Promise<string> {
  const stream = `${process.execPath} ${SAGE} stream -C ${sandbox.root} ${flags} --agent-command "$AGENT"`;
  const env = { ...sandbox.environment(), AGENT: agent };
  const terminal = onTerminal(stream, { columns: 120, rows: 40, env });
  let output = '';
  let read = 0;
  const remaining = [...dialogue];
  terminal.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    for (;;) {
      const [question, keys] = remaining[0] ?? [];
      const at = question === undefined ? -1 : output.indexOf(question, read);
      if (question === undefined || keys === undefined || at < 0) return;
      read = at + question.length;
      remaining.shift();
      if (keys !== '') terminal.stdin.write(keys);
    }
  });
  await once(terminal, 'close');
  // The whole dialogue, so that a failure shows what was on the terminal.
  expect({ remaining, output }).toEqual({ remaining: [], output });
  return output;
}
