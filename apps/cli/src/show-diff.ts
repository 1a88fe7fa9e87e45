import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { helperProgram } from '@sage/git';

/** Shows the changes between two commits in git's pager. Runs no program that the work itself specifies. */
export async function showDiff(root: string, base: string, commit: string): Promise<void> {
  const { program, path } = helperProgram('git', [root]);
  const args = ['diff', '--no-ext-diff', '--no-textconv', '--stat', '--patch', base, commit];
  const child = spawn(program, args, {
    cwd: root,
    // A diff that fits on the screen stays visible after the pager ends.
    env: { LESS: 'FRX', ...process.env, PATH: path },
    stdio: 'inherit',
  });
  await once(child, 'close').catch(() => {});
}
