import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NOBODY } from '@sage/test-support/ordinary-user';
import { expect, onTestFinished, test, vi } from 'vitest';

/** Attempts of these agents, one after the other in the same worktree, by a user who is not root. */
async function attempts(
  scripts: readonly string[],
  meanwhile?: (room: string) => Promise<void>,
): Promise<unknown[]> {
  const room = realpathSync(mkdtempSync(join(tmpdir(), 'sage-ordinary-')));
  chmodSync(room, 0o777);
  onTestFinished(() => {
    execFileSync('chmod', ['-R', 'u+rwx', room]);
    rmSync(room, { recursive: true });
  });
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const variables = { PATH: process.env['PATH'], HOME: room, SHELL: '/bin/sh' };
  const options = { cwd: room, env: variables, encoding: 'utf8' as const };
  const init = `git init -q work; cd work; echo a > a; git add a; git -c user.name=x -c user.email=x@x commit -qm a`;
  execFileSync('/bin/sh', ['-c', init], { ...options, ...user });
  const child = join(import.meta.dirname, 'ordinary-user-child.ts');
  const args = ['--conditions=@sage/source', child, join(room, 'work'), ...scripts];
  const running = promisify(execFile)(process.execPath, args, options);
  const [{ stdout }] = await Promise.all([running, meanwhile?.(room)]);
  expect(existsSync(join(room, '.cache'))).toBe(true);
  return JSON.parse(stdout) as unknown[];
}

const done = (changedFiles: string[], more: object = {}) => ({ outcome: 'completed', changedFiles, ...more });

test('read-only trees, folders without permissions and endless paths hold nothing up', async () => {
  const work = 'echo x > work';
  const deep = `perl -e 'for (1..40) { mkdir "d" x 200; chdir "d" x 200 }'`;
  const results = await attempts([
    `${work}; mkdir -p cache/pkg; echo '*' > cache/.gitignore; echo a > cache/pkg/a; chmod -R a-w cache`,
    `test ! -e cache && ${work}; mkdir none; echo x > none/f; chmod 0 none`,
    `test ! -e none && ${work}; ${deep}`,
    `test ! -e ${'d'.repeat(200)} && ${work}; rm a; mkfifo a .gitignore; chmod 0 .git`,
    `test -f a && ${work}`,
  ]);
  expect(results).toMatchObject([
    done(['work']),
    done(['none/f', 'work']),
    done(['work']),
    done(['work'], { ignoredFiles: expect.arrayContaining(['a']) as unknown }),
    done(['work']),
    { left: [] },
  ]);
});

test('a name of 300 bytes that only git knows, and repositories that cannot be read, hold nothing up', async () => {
  const work = 'echo x > work';
  const long = `git update-index --add --cacheinfo 100644,$(git hash-object -w a),${'n'.repeat(300)}; git -c user.name=x -c user.email=x@x commit -qm long`;
  const embedded = 'git init -q inside; echo x > inside/f';
  const results = await attempts([
    `${work}; ${long}`,
    `test -f a && ${work}; ${embedded}; chmod 0 inside/.git`,
    `test ! -e inside && ${work}; ${embedded}; chmod 0 inside`,
    `test ! -e inside && ${work}`,
  ]);
  expect(results).toMatchObject([
    done(['work']),
    done(['inside/f', 'work']),
    done(['inside/f', 'work']),
    done(['work']),
    { left: [] },
  ]);
});

test.runIf(process.getuid?.() === 0)(
  "a tree of another user is named, set aside and in nobody's way",
  async () => {
    const wait = 'while ! test -e "$HOME/made"; do sleep 0.05; done';
    const rooted = async (room: string) => {
      const worktree = await vi.waitFor(() => readFileSync(join(room, 'here'), 'utf8').trim(), 20_000);
      mkdirSync(join(worktree, 'theirs/deep'), { recursive: true, mode: 0o700 });
      writeFileSync(join(worktree, 'theirs/deep/f'), 'x');
      writeFileSync(join(room, 'made'), '');
    };
    const script = `echo x > work; pwd > "$HOME/here.new"; mv "$HOME/here.new" "$HOME/here"; ${wait}`;
    const results = await attempts([script, 'test ! -e theirs && test ! -e work && echo x > next'], rooted);
    const named = { ignoredFiles: expect.arrayContaining([expect.stringMatching(/^theirs/)]) as unknown };
    expect(results).toMatchObject([done(['work'], named), done(['next']), {}]);
  },
);
