import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { worktreeDirectory } from '@sage/git';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { sandboxVersion } from '../../src/index.ts';
import { withoutAbstractSockets } from '../../src/sandbox/abstract-sockets.ts';
import { bubblewrap } from '../../src/sandbox/bubblewrap.ts';
import { withoutInheritedFiles } from '../../src/sandbox/inherited-files.ts';
import { withoutLaterMounts } from '../../src/sandbox/private-mounts.ts';
import { sandboxed } from '../../src/sandbox/sandbox.ts';
import type { SandboxSettings } from '../../src/sandbox/sandbox-settings.ts';
import { writeCallFilter } from '../../src/sandbox/call-filter-file.ts';
import { repositoryFixture } from '../repository.ts';
import { connecting, inSandbox, listening, places, withNode } from './in-sandbox.ts';

const installed = (await sandboxVersion('/')) !== undefined;

const PLACES = {
  program: '/bin/bwrap',
  root: '/repo',
  commonDir: '/repo/.git',
  worktree: '/cache/w',
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
    / --bind-try \/own \/own --bind-try \/home\/una\/state \/home\/una\/state .*--tmpfs \/cache --bind \/cache\/w \/cache\/w --bind \/result \/result --remount-ro \/cache --chdir \/cache\/w --$/,
  );
  expect(words).toContain('--unshare-net');
  expect(sandboxed({}, PLACES)).not.toContain('--unshare-net');
});

test.skipIf(!installed)('keys below HOME are hidden, and other places can be named instead', async () => {
  const made = places();
  put(made.home, { '.ssh/key': 'k', 'dotfiles/npmrc': 'token', '.netrc': 'login', own: 'x', '.bashrc': 'b' });
  symlinkSync('dotfiles/npmrc', join(made.home, '.npmrc'));
  const line = 'cd ~; cat .ssh/key .npmrc dotfiles/npmrc .netrc own .bashrc; touch new .bashrc';
  expect(await inSandbox(line, {}, made)).toBe('xb');
  expect(await inSandbox(line, { hidden: ['~/own'] }, made)).toBe('ktokentokenloginb');
  expect(readdirSync(made.home)).not.toContain('new');
});

test.skipIf(!installed)(
  'keys that are written, or written anew, while a command works are hidden',
  async () => {
    const made = places();
    put(made.home, { '.npmrc': 'old' });
    put(made.commonDir, { config: 'old', 'modules/sub/config': 'old', 'modules/sub/objects/x': '' });
    const line = `cd ~; cat .npmrc .netrc .ssh/key .config/gh/hosts.yml; cd ${made.commonDir}; cat config modules/sub/config`;
    const anew = () => {
      put(made.home, { new: 'key', '.netrc': 'key', '.ssh/key': 'key', '.config/gh/hosts.yml': 'key' });
      put(made.commonDir, { new: 'key', newer: 'key' });
      renameSync(join(made.home, 'new'), join(made.home, '.npmrc'));
      renameSync(join(made.commonDir, 'new'), join(made.commonDir, 'config'));
      renameSync(join(made.commonDir, 'newer'), join(made.commonDir, 'modules/sub/config'));
    };
    expect(await inSandbox(line, {}, made, anew)).toBe('');
  },
);

test.skipIf(!installed)('a writable folder shows no keys, and nothing that Sage keeps there', async () => {
  const made = places();
  put(made.home, { '.cargo/credentials.toml': 'key', '.cargo/registry/x': 'x', '.docker/config.json': 'd' });
  put(made.top, { 'cache/w.index': 'own', 'cache/other/file': 'other' });
  const settings = { writable: ['~/.cargo', '~/.docker', join(made.top, 'cache')] };
  const line = `cat ~/.cargo/credentials.toml ~/.cargo/registry/x ~/.docker/config.json ../w.index ../other/file
    echo evil > ~/.cargo/registry/y; echo evil > ../w.index; rm -rf ../other; ln -s ~ ../other; touch here`;
  expect(await inSandbox(line, settings, made)).toBe('xd');
  expect(readdirSync(join(made.home, '.cargo/registry'))).toEqual(['x', 'y']);
  expect(readdirSync(join(made.top, 'cache'))).toEqual(['other', 'w', 'w.index']);
  expect(readFileSync(join(made.top, 'cache/w.index'), 'utf8')).toBe('own');
  expect(readdirSync(join(made.top, 'cache/other'))).toEqual(['file']);
  expect(readdirSync(made.worktree)).toEqual(['here']);
});

test.skipIf(!installed)('a HOME that is a link, or the top of everything, hides no less', async () => {
  const made = places();
  put(made.home, { '.netrc': 'login', own: 'x' });
  const link = join(made.top, 'link');
  symlinkSync(made.home, link);
  const linked = { ...made, variables: { HOME: link } };
  expect(await inSandbox(`cat ${link}/.netrc ${link}/own`, {}, linked)).toBe('x');
  const line = `cat ${made.home}/own /tmp/*/home/own`;
  expect(await inSandbox(line, {}, { ...made, variables: { HOME: '/' } })).toBe('');
});

const scope = withoutAbstractSockets({ sockets: true }, '/');

test.skipIf(scope.length === 0)(
  'abstract sockets outside are out of reach, those inside are not',
  async () => {
    const made = withNode();
    const name = `sage-test-${process.pid}`;
    await listening(`\0${name}`);
    const inside = `const server = require("net").createServer().listen("\\0inside", () => require("net").connect("\\0inside", () => { console.log("inside"); process.exit() }))`;
    const line = `${connecting(`@${name}`)}; '${process.execPath}' -e '${inside}'`;
    expect(await inSandbox(line, {}, { ...made, scope })).toBe('EPERM\ninside');
    expect(withoutAbstractSockets({ sockets: ['@x'] }, '/')).toEqual([]);
    // Nothing can make one then.
    expect(withoutAbstractSockets({}, '/')).toEqual([]);
  },
);

test.skipIf(!installed)('a socket that was bound by a relative path is out of reach', async () => {
  const made = withNode();
  await listening(relative(process.cwd(), join(made.home, 'r.sock')));
  expect(await inSandbox(connecting(join(made.home, 'r.sock')), {}, made)).toBe('ECONNREFUSED');
});

test.skipIf(!installed)(
  'nobody makes a Unix socket, or reaches one that is made later, unless the settings allow sockets',
  async () => {
    const made = withNode();
    mkdirSync(join(made.home, 'later'));
    const reach = async (settings: SandboxSettings, name: string) => {
      const filter = await writeCallFilter(made.top, settings);
      const later = join(made.home, 'later', name);
      return inSandbox(connecting(later), settings, { ...made, filter }, () => listening(later));
    };
    expect(await reach({}, 'a.sock')).toBe('EPERM');
    expect(await reach({ sockets: false }, 'b.sock')).toBe('EPERM');
    expect(await reach({ sockets: [] }, 'c.sock')).toBe('EPERM');
    expect(await reach({ sockets: true }, 'd.sock')).toBe('reached');
    expect(await reach({ sockets: ['/run/docker.sock'] }, 'e.sock')).toBe('reached');
  },
);

test('sockets are covered only where a command could connect to them: one that goes meanwhile cannot be', async () => {
  const made = places();
  await listening(join(made.home, 's.sock'));
  const covered = (settings: SandboxSettings, filter?: string) =>
    sandboxed(settings, { ...made, program: '/bin/bwrap', filter }).includes(join(made.home, 's.sock'));
  expect(covered({}, '/refused-calls')).toBe(false);
  expect(covered({ sockets: true }, '/refused-calls')).toBe(true);
  expect(covered({})).toBe(true);
});

test.skipIf(scope.length === 0)(
  'a pair of sockets is allowed where neither half can send to others',
  async () => {
    const made = withNode();
    const filter = await writeCallFilter(made.top, {});
    const pair = (type: number) => `(socketpair(A, B, 1, ${type}, 0) ? "made" : "$!")`;
    const line = `${scope[0]} -e 'print join ",", ${[1, 5, 2, 3].map(pair).join(', ')}'`;
    expect(await inSandbox(line, {}, made)).toBe('made,made,made,made');
    expect(await inSandbox(line, {}, { ...made, filter })).toBe(
      'made,made,Operation not permitted,Operation not permitted',
    );
  },
);

test.skipIf(scope.length === 0)("the kernel's keys are out of reach", async () => {
  const made = withNode();
  const keyctl = { x64: 250, arm64: 219 }[process.arch as 'x64'];
  // Asks for the keyring of the session.
  const line = `${scope[0]} -e 'print syscall(${keyctl}, 0, -3, 1) > 0 ? "reached" : "$!"'`;
  expect(await inSandbox(line, {}, made)).toBe('reached');
  const filter = await writeCallFilter(made.top, {});
  expect(await inSandbox(line, {}, { ...made, filter })).toBe('Function not implemented');
});

test.skipIf(!installed || withoutInheritedFiles('/').length === 0)(
  'what this process has open from others is closed',
  () => {
    const made = places();
    const open = openSync(join(made.top, 'open'), 'w');
    const seen = (outer: readonly string[]) => {
      const [first = '', ...words] = sandboxed({}, { ...made, program: bubblewrap('/'), outer });
      const line = 'test -e /proc/self/fd/3 && echo reached';
      return spawnSync(first, [...words, 'sh', '-c', line], {
        stdio: ['ignore', 'pipe', 'ignore', open],
      }).stdout.toString();
    };
    expect(seen([])).toBe('reached\n');
    expect(seen(withoutInheritedFiles('/'))).toBe('');
    closeSync(open);
  },
);

const mounts = withoutLaterMounts('/');

test.skipIf(!installed || mounts.length === 0 || process.getuid?.() !== 0)(
  'what is mounted while a command runs is not seen in its sandbox',
  () => {
    const made = places();
    const later = join(made.home, 'later');
    mkdirSync(later);
    const line = `echo ready; read -r go; test ! -e '${later}/seen' && ! touch '${later}/evil' && echo nothing`;
    const words = sandboxed({}, { ...made, program: bubblewrap('/'), outer: mounts });
    const script = `cd "$0"; later=$1; shift; mkfifo ready go; "$@" < go > ready & exec 3> go 4< ready
      read -r ready <&4; mount -t tmpfs none "$later"; touch "$later/seen"; echo go >&3; cat <&4`;
    // In mounts of its own, which hand on what is mounted as those of most machines do.
    const shared = ['--mount', '--propagation', 'shared', '--', 'sh', '-c', script, made.top, later];
    const seen = execFileSync('unshare', [...shared, ...words, 'sh', '-c', line], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(seen.toString()).toBe('nothing\n');
  },
);

test.skipIf(scope.length === 0)('without network there are sockets of its own namespace only', async () => {
  const made = withNode();
  const settings = { network: false, sockets: true };
  const filter = await writeCallFilter(made.top, settings);
  // Unix, IPv4, IPv6, of the kernel (netlink), of a virtual machine's host (vsock).
  const families = [1, 2, 10, 16, 40].map(
    (family) => `(socket(S, ${family}, ${family === 16 ? 3 : 1}, 0) ? "made" : "$!")`,
  );
  const line = `${scope[0]} -e 'print join ",", ${families.join(', ')}'`;
  expect(await inSandbox(line, settings, { ...made, filter })).toBe(
    'made,made,made,made,Operation not permitted',
  );
  const both = { network: false };
  expect(await inSandbox(line, both, { ...made, filter: await writeCallFilter(made.top, both) })).toBe(
    'Operation not permitted,made,made,made,Operation not permitted',
  );
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

test('programs on PATH that are installed below /tmp are seen, and the folder of such a folder is not', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'prefix/bin'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  const words = (PATH: string) =>
    sandboxed({}, { ...PLACES, variables: { HOME: '/home/una', PATH } }).join(' ');
  expect(words(`${folder}/prefix/bin:/usr/bin`)).toContain(
    `--ro-bind-try ${folder}/prefix ${folder}/prefix `,
  );
  expect(words('/tmp:bin:/usr/bin')).not.toContain('--ro-bind-try /tmp ');
  expect(words('/tmp/bin')).not.toContain('--ro-bind-try /tmp ');
});
