import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { worktreeDirectory } from '@sage/git';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { sandboxVersion } from '../../src/index.ts';
import { sandboxed } from '../../src/sandbox/sandbox.ts';
import { repositoryFixture } from '../repository.ts';

const installed = (await sandboxVersion('/')) !== undefined;

const PLACES = {
  program: '/bin/bwrap',
  root: '/repo',
  commonDir: '/repo/.git',
  worktree: '/w',
  writable: ['/result'],
  variables: { HOME: '/home/una' },
};

test('a sandbox binds the worktree and what is asked for, drops all capabilities, and can be without network', () => {
  const words = sandboxed(
    { network: false, writable: ['/own', '$NO_SUCH_VARIABLE', '~/state'] },
    PLACES,
  ).join(' ');
  expect(words).toContain('--ro-bind / / ');
  expect(words).toContain('--cap-drop ALL');
  expect(words).toMatch(
    / --bind \/w \/w --bind \/result \/result --bind-try \/own \/own --bind-try \/home\/una\/state \/home\/una\/state --chdir \/w --$/,
  );
  expect(words).toContain('--unshare-net');
  expect(sandboxed({}, PLACES)).not.toContain('--unshare-net');
});

test('keys below HOME are hidden, a link to them is followed, and other places can be named instead', () => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.ssh'));
  mkdirSync(join(home, 'dotfiles'));
  put(home, { 'dotfiles/npmrc': 'token', '.netrc': 'login', own: 'x' });
  symlinkSync('dotfiles/npmrc', join(home, '.npmrc'));
  const words = (hidden?: readonly string[]) =>
    sandboxed({ ...(hidden && { hidden }) }, { ...PLACES, variables: { HOME: home } }).join(' ');
  expect(words()).toContain(`--tmpfs ${home}/.ssh `);
  expect(words()).toContain(`--ro-bind /dev/null ${home}/.netrc `);
  expect(words()).toContain(`--ro-bind /dev/null ${home}/dotfiles/npmrc `);
  expect(words(['~/own'])).toContain(`--ro-bind /dev/null ${home}/own `);
  expect(words(['~/own'])).not.toContain('.ssh');
});

test.skipIf(!installed)(
  'an agent in a sandbox writes to its worktree and its git only, and so do checks',
  async () => {
    const { workers, request, repository, git, base, cache } = await repositoryFixture();
    const { root } = repository;
    await mkdir(join(root, 'own'));
    await writeFile(join(root, 'precious'), 'kept');
    const attacks = ['precious', '.git/config', '.git/hooks/pre-commit'];
    // Sage's index of the worktree lies below /tmp here, where the sandbox has a folder of its own: a write may succeed
    // there, and must not reach the file.
    const index = join(worktreeDirectory(root, undefined, { XDG_CACHE_HOME: cache }), 'agent-1.index');
    const attack = attacks
      .map((path) => `echo evil >> '${join(root, path)}' 2>/dev/null && echo '${path}' >> reached`)
      .join('; ');
    const agent = `${attack}; echo evil >> '${index}'; echo x > '${root}/own/f'; touch /tmp/inside; ps -e > processes 2>/dev/null; kill -0 ${process.pid} 2>/dev/null && echo pid >> reached
    git config --get user.email; git -c user.name=x -c user.email=x checkout -qb mine && echo x > work && git add work && git -c user.name=x -c user.email=x commit -qm mine && git rev-parse HEAD > head`;
    const room = await workers(agent, 60_000, { sandbox: { writable: [join(root, 'own')] } });
    const ticketCheck = {
      name: 'c',
      command: `test -s head && ! touch '${root}/precious'`,
      retries: 0,
      otherwise: 'fail',
      category: 'persistent_test_failure',
    } as const;
    const order = request('A-1', {
      ticket: { id: 'A-1', title: 'T', type: 't', component: 'c', checks: [ticketCheck] },
    });
    const result = await room.run(order);
    expect(result.outcome === 'completed' ? '' : readFileSync(result.outputFile, 'utf8')).toBe('');
    expect(result.outcome).toBe('completed');
    expect(result.changedFiles.filter((file) => file !== 'processes')).toEqual(['head', 'work']);
    expect(readFileSync(join(root, 'precious'), 'utf8')).toBe('kept');
    expect(readFileSync(join(root, 'own/f'), 'utf8')).toBe('x\n');
    expect(readFileSync(index, 'latin1')).not.toContain('evil');
    expect(git('config', '--local', '--list')).not.toContain('evil');
    const verify = await room.check({
      run: order.run,
      commit: base,
      command: `echo ok; ! touch '${root}/precious'`,
    });
    expect(verify.ok).toBe(true);
  },
);

test.skipIf(!installed)('what leaves its session and forgets its mark ends with the sandbox', async () => {
  const { workers, request, repository } = await repositoryFixture();
  const own = join(repository.root, 'own');
  await mkdir(own);
  const daemon = `env -i PATH="$PATH" setsid sh -c 'echo > ${own}/begun; sleep 1000; true' > /dev/null 2>&1 &`;
  const agent = `${daemon} while [ ! -e '${own}/begun' ]; do sleep 0.02; done; echo x > work`;
  const room = await workers(agent, 60_000, { sandbox: { writable: [own] } });
  expect(await room.run(request('A-1'))).toMatchObject({ outcome: 'completed' });
  expect(readdirSync('/proc').filter((pid) => commandLine(pid).includes(own))).toEqual([]);
});

test.skipIf(!installed)('an agent in a sandbox has its time to come to an end, too', async () => {
  const { workers, request } = await repositoryFixture();
  const agent = 'trap "echo bye > bye; exit 0" TERM; echo begun > begun; while :; do sleep 0.02; done';
  const room = await workers(agent, 500, { sandbox: {} });
  expect(await room.run(request('A-1'))).toMatchObject({
    outcome: 'failed',
    category: 'timeout',
    changedFiles: ['begun', 'bye'],
  });
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // Not a process, or one that has ended.
  }
}
