import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { named, Sandbox, type StreamEvent } from './sandbox.ts';

/** Each third of the backlog meets one trouble, which an agent begins as if by chance. A soak asks for more tickets. */
const TICKETS = Number(process.env['SAGE_TROUBLES_TICKETS'] ?? 12);
const [THIRD, WORKERS] = [TICKETS / 3, TICKETS > 100 ? 8 : 3];
const REFUSED =
  '{"type":"result","subtype":"success","is_error":true,"api_error_status":401,"result":"Invalid API key"}';

test('a key that dies, a disk that fills and empties, a verify that turns red: nobody is deferred for it', async () => {
  const tickets = Array.from({ length: TICKETS }, (_, nth) => ({
    id: `T-${nth + 1}`,
    priority: `P${Math.floor(nth / THIRD)}`,
  }));
  const sandbox = await Sandbox.create(tickets);
  const file = (name: string) => join(sandbox.root, '..', name);
  const [dead, full, red] = [file('dead'), file('full'), file('red')];
  const agent = [
    `test -f '${dead}' && { echo '${REFUSED}'; exit 1; }`,
    // Each begins once.
    `begin() { test -f "$1.begun" || { touch "$1.begun"; touch "$1"; }; }`,
    `case $SAGE_TICKET_ID in T-4) begin '${dead}';; T-${THIRD + 3}) begin '${full}';; T-${2 * THIRD + 2}) begin '${red}';; esac`,
    'sleep 0.1; mkdir -p out; echo "$SAGE_TICKET_ID" > "out/$SAGE_TICKET_ID"',
  ].join('\n');
  const setup = `test -f '${full}' || exit 0; echo x >> '${full}'; test $(wc -l < '${full}') -lt 3 || rm '${full}'; echo 'No space left on device'; exit 1`;
  const config = {
    agents: { mine: { command: agent, events: 'claude' } },
    worktrees: { setup },
    verify: `test ! -f '${red}' || { echo 'no connection to the database'; exit 1; }`,
  };
  await sandbox.write('sage.config.json', JSON.stringify(config));
  await sandbox.sage('trust');
  sandbox.git('add', '--all');
  sandbox.git('commit', '--quiet', '--message=configuration');

  const seen: StreamEvent[] = [];
  const run = async (...args: string[]) => {
    const result = await sandbox.sage('stream', ...args, '--json');
    seen.push(...result.events);
    return result;
  };
  const first = await run('--auto', '--agent=mine', `--parallel=${WORKERS}`, '--max-attempts=1');
  expect(first.exitCode).toBe(3);
  expect(first.stderr).toContain("the agent's account was refused: Invalid API key");
  rmSync(dead);
  const second = await run('--resume');
  expect(second.exitCode).toBe(3);
  expect(second.stderr).toContain('No space left on device; not counted, nothing starts for');
  expect(second.stderr).toContain('ended the same way: no connection to the database');
  expect(existsSync(full)).toBe(false);
  rmSync(red);
  const third = await run('--resume');
  expect(third.exitCode).toBe(0);

  expect(new Set(Object.values(await sandbox.states()))).toEqual(new Set(['COMPLETED']));
  const landed = sandbox.landings().map(({ ticket }) => ticket);
  expect(landed.toSorted()).toEqual(tickets.map(({ id }) => id).toSorted());
  // What was deferred before the common cause was seen has been taken back.
  const restored = named(seen, 'tickets.restored').flatMap((event) => event['tickets'] as string[]);
  for (const { ticket } of named(seen, 'ticket.deferred')) expect(restored).toContain(ticket);
  expect(new Set(seen.map(({ run: name }) => name)).size).toBe(1);
}, 600_000);
