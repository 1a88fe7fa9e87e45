import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onTerminal } from './on-terminal.ts';
import { afterText, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const SAGE = join(import.meta.dirname, '../apps/cli/bin/sage.js');

/** Runs shell lines on a terminal, and presses a key when its text has come. */
async function withKeys(
  sandbox: Sandbox,
  command: string,
  keys: readonly (readonly [string, string])[] = [],
) {
  const env = {
    ...sandbox.environment(),
    AGENT: `while [ ! -e '${sandbox.root}/.git/go' ]; do sleep 0.05; done; ${WRITE_OWN_FILE}`,
  };
  const terminal = onTerminal(`${command}; stty -a`, { columns: 80, rows: 24, env });
  let output = '';
  const remaining = [...keys];
  terminal.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    for (;;) {
      const [text, key] = remaining[0] ?? [];
      if (text === undefined || key === undefined || !output.includes(text)) return;
      remaining.shift();
      if (key === 'go') void sandbox.write('.git/go', '');
      else if (key !== '') terminal.stdin.write(key);
    }
  });
  await once(terminal, 'close');
  expect({ remaining, output }).toEqual({ remaining: [], output });
  return output;
}

test('on a terminal a view of the run stands below its lines, with keys, and leaves the terminal as it was', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const run = `${process.execPath} ${SAGE} stream -C '${sandbox.root}' --auto --parallel=2 --agent-command "$AGENT"`;
  const output = await withKeys(sandbox, run, [
    ['0 of 2 landed', 'p'],
    ['paused: nothing new starts', 'p'],
    ['resumed ', '?'],
    ['pause or resume', 'go'],
  ]);
  expect(output).toContain('2 completed, 0 deferred');
  expect(output).toMatch(/1 {3}API-1 +Title of API-1 +\d+s/);
  const sequences = output.split('\u001B').slice(1);
  expect(sequences.filter((one) => /^\[(\?1049|\?25|[0-3]?J)/.test(one))).toEqual([]);
  expect(output).toMatch(/[ \n]icanon/);
  expect(output).toMatch(/[ \n]echo /);
});

test('by keys the log of a worker is opened, its agent stopped, and its ticket skipped', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const run = `PAGER=cat; export PAGER; ${process.execPath} ${SAGE} stream -C '${sandbox.root}' --auto --parallel=2 --agent-command "echo I began; $AGENT"`;
  const output = await withKeys(sandbox, run, [
    ['0 of 2 landed', 'l'],
    ['the log of which worker', '1'],
    ['I began', 's'],
    ['stop the agent of which', '1'],
    ['you stopped the agent', 'k'],
    ['skip the ticket of which', '2'],
    ['left for another run', ''],
    ['(attempt 2)', 'go'],
  ]);
  expect(output).toContain('1 completed, 0 deferred, 0 blocked, 1 unprocessed');
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1']);
});

test('a killed run leaves a terminal that works', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const run = `${process.execPath} ${SAGE} stream -C '${sandbox.root}' --auto --agent-command "$AGENT" & sage=$!; while ! stty -a | grep -q -- -icanon; do sleep 0.05; done; kill -9 $sage; wait $sage; while stty -a | grep -q -- -icanon; do sleep 0.05; done`;
  const output = await withKeys(sandbox, `set -m; ${run.replace(' & sage', ' < /dev/tty & sage')}`);
  expect(output).toMatch(/[ \n]icanon/);
  await sandbox.write('.git/go', '');
});

test('elsewhere there are lines only: in a pipe, in CI, for a screen reader; and another terminal can follow', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const agent = `while [ ! -e '${sandbox.root}/.git/go' ]; do sleep 0.05; done; ${WRITE_OWN_FILE}`;
  const running = sandbox.start(['stream', '--auto', '--agent-command', agent]);
  await afterText(running.stdout, 'worker 1');
  const watchers = [sandbox.start(['watch']), sandbox.start(['status', '--watch'])];
  await Promise.all(watchers.map(({ stdout }) => afterText(stdout, 'worker 1')));
  await sandbox.write('.git/go', '');
  for (const { exitCode, stdout } of await Promise.all([running, ...watchers])) {
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('\u001B[');
    expect(stdout).toMatch(/finished {2}API-1 +landing/);
    expect(stdout).toContain('1 completed');
  }
  const none = await sandbox.sage('watch');
  expect([none.exitCode, none.stderr]).toEqual([
    2,
    expect.stringContaining('no run works in this repository'),
  ]);
});

test('--quiet says what needs a person, and the end', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }]);
  const agent = `test $SAGE_TICKET_ID = API-1 || exit 1; ${WRITE_OWN_FILE}`;
  const { stdout } = await sandbox.sage(
    'stream',
    '--auto',
    '--quiet',
    '--max-attempts=1',
    '--agent-command',
    agent,
  );
  expect(stdout).not.toMatch(/worker 1|landed/);
  expect(stdout).toContain('deferred  API-2');
  expect(stdout).toContain('1 completed, 1 deferred');
});
