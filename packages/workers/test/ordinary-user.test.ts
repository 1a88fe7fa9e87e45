import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NOBODY } from '@sage/test-support/ordinary-user';
import { expect, onTestFinished, test } from 'vitest';

/** Attempts of these agents, one after the other in the same worktree, by a user who is not root. */
async function attempts(...scripts: string[]): Promise<unknown[]> {
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
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  expect(existsSync(join(room, '.cache/sage'))).toBe(true);
  return JSON.parse(stdout) as unknown[];
}

const done = (changedFiles: string[], more: object = {}) => ({ outcome: 'completed', changedFiles, ...more });

test('read-only trees, folders without permissions and endless paths hold nothing up', async () => {
  const work = 'echo x > work';
  const deep = `perl -e 'for (1..40) { mkdir "d" x 200; chdir "d" x 200 }'`;
  const results = await attempts(
    `${work}; mkdir -p cache/pkg; echo '*' > cache/.gitignore; echo a > cache/pkg/a; chmod -R a-w cache`,
    `test ! -e cache && ${work}; mkdir none; echo x > none/f; chmod 0 none`,
    `test ! -e none && ${work}; ${deep}`,
    `test ! -e ${'d'.repeat(200)} && ${work}; rm a; mkfifo a .gitignore; chmod 0 .git`,
    `test -f a && ${work}`,
  );
  expect(results).toMatchObject([
    done(['work']),
    done(['none/f', 'work']),
    done(['work']),
    done(['work'], { ignoredFiles: expect.arrayContaining(['a']) as unknown }),
    done(['work']),
    { left: [] },
  ]);
});
