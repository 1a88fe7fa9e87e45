import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';
import { onSmallDisk } from './small-disk.ts';

const PLACES = {
  worktrees: (root: string) => join(root, '../cache'),
  'the state of runs': (root: string) => join(root, '.sage'),
  'the repository': (root: string) => root,
};

test.concurrent.for(
  (Object.keys(PLACES) as (keyof typeof PLACES)[]).flatMap((place) => [
    [place, 'before it has written anything'] as const,
    [place, 'when it has finished'] as const,
  ]),
)(
  'a disk of %s that an agent fills %s defers nobody, and the run goes on when there is room',
  { timeout: 300_000 },
  async ([place, when], context) => {
    const { expect, onTestFinished } = context;
    const ids = ['T-1', 'T-2', 'T-3', 'T-4'];
    const sandbox = await Sandbox.create(
      ids.map((id) => ({ id })),
      { onTestFinished },
    );
    const disk = PLACES[place](sandbox.root);
    onSmallDisk(disk, context);
    const once = join(sandbox.root, '../filled');
    // What another ticket has given back since is taken by the next one.
    const fill = `{ test "$SAGE_TICKET_ID" = T-2 && ! test -e '${once}' && touch '${once}' '${disk}/filler'; test -e '${disk}/filler' && cat /dev/zero >> '${disk}/filler'; true; }`;
    const work = `${WRITE_OWN_FILE} || exit 1`;
    const agent = when === 'when it has finished' ? `${work}; ${fill}; exit 0` : `${fill}; ${work}`;
    const environment = {
      XDG_CACHE_HOME: join(sandbox.root, '../cache'),
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'fast-time.mjs')}`,
    };
    const stream = (...args: string[]) => sandbox.start(['stream', ...args], environment);

    const first = await stream('--auto', '--parallel=2', '--max-attempts=1', '--agent-command', agent);
    expect(first.stderr).not.toContain('internal error');
    // What other tickets give back may be room enough.
    const isOver = place === 'worktrees' && first.exitCode === 0;
    if (!isOver) {
      expect(first.stderr.match(/^ERROR: .*/gm)).toHaveLength(1);
      expect(first.stderr).toMatch(/^ERROR: .*(free some disk space|fix that|make room)/m);
      expect(first.exitCode).toBe(3);
      expect(Object.values(await sandbox.states())).not.toContain('DEFERRED');
      const locks = readdirSync(join(sandbox.root, '.git'), { recursive: true }).filter((name) =>
        String(name).endsWith('.lock'),
      );
      expect(locks).toEqual([]);

      rmSync(join(disk, 'filler'));
      const second = await stream('--resume');
      expect([second.stderr, second.exitCode]).toEqual([expect.any(String), 0]);
    }
    expect(new Set(Object.values(await sandbox.states()))).toEqual(new Set(['COMPLETED']));
    const landed = sandbox.landings().map(({ ticket }) => ticket);
    expect(landed.toSorted()).toEqual(ids);
    expect(sandbox.git('status', '--porcelain')).toBe('');
    expect(sandbox.git('fsck', '--connectivity-only', '--no-dangling')).toBe('');
  },
);
