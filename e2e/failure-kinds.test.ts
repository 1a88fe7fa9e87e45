import { join } from 'node:path';
import { expect, test } from 'vitest';
import { named, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const FOUR = Array.from({ length: 4 }, (_, nth) => ({ id: `API-${nth + 1}` }));

/** An agent of our own that prints events as Claude Code does. */
async function withAgent(command: string): Promise<Sandbox> {
  const agents = { mine: { command, events: 'claude' } };
  return Sandbox.create(FOUR, { files: { 'sage.config.json': JSON.stringify({ agents }) } });
}

test('a key that dies in the middle stops the run; no ticket is counted or deferred, and the next run ends it', async () => {
  const refused = `{"type":"result","subtype":"success","is_error":true,"api_error_status":401,"result":"Invalid API key"}`;
  const sandbox = await withAgent(
    `test -f "$HOME/key" || { test "$SAGE_TICKET_ID" = API-1 || { echo '${refused}'; exit 1; }; }; ${WRITE_OWN_FILE}`,
  );
  const run = ['stream', '--auto', '--json', '--agent=mine', '--max-attempts=1'];
  const { exitCode, events, stderr } = await sandbox.sage(...run);
  expect(exitCode).toBe(3);
  expect(stderr).toContain("the agent's account was refused: Invalid API key");
  expect(new Set(named(events, 'attempt.finished').map(({ outcome }) => outcome))).toEqual(
    new Set(['account-refused', 'completed']),
  );
  expect(sandbox.landings().map(({ ticket }) => ticket)).toEqual(['API-1']);
  await sandbox.write('../home/key', '');
  const again = await sandbox.sage(...run);
  expect(again.exitCode).toBe(0);
  expect(new Set(Object.values(await sandbox.states()))).toEqual(new Set(['COMPLETED']));
});

test('a refused key in plain text stops the run before a second ticket is tried', async () => {
  const sandbox = await Sandbox.create(FOUR);
  const { exitCode, events, stderr } = await sandbox.stream(
    'echo "Invalid API key · Please run /login" >&2; exit 1',
  );
  expect(exitCode).toBe(3);
  expect(stderr).toContain("the agent's account was refused: Invalid API key");
  expect(named(events, 'attempt.finished').map(({ outcome }) => outcome)).toEqual(['account-refused']);
  expect(new Set(Object.values(await sandbox.states()))).toEqual(new Set(['UNPROCESSED']));
});

test('a setup that fails for a while counts no attempt', async () => {
  const sandbox = await Sandbox.create(FOUR.slice(0, 2));
  const marker = join(sandbox.root, '../network');
  await sandbox.write(
    'sage.config.json',
    JSON.stringify({
      worktrees: { setup: `test -f '${marker}' || { touch '${marker}'; echo no network; exit 7; }` },
    }),
  );
  await sandbox.sage('trust');
  sandbox.git('add', '--all');
  sandbox.git('commit', '--quiet', '--message=configuration');
  const { exitCode, events, stderr } = await sandbox.stream(
    WRITE_OWN_FILE,
    '--max-attempts=1',
    '--no-baseline',
  );
  expect(exitCode).toBe(0);
  expect(named(events, 'attempt.finished')[0]).toMatchObject({
    outcome: 'machine-failed',
    reason: 'setup ended with exit code 7: no network',
  });
  expect(stderr).toContain('not counted, nothing starts for 2 s');
});
