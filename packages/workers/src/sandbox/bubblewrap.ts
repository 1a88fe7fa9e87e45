import { helperProgram, runProcess } from '@sage/git';
import { SettingError } from '../errors.ts';

/** How Sage says that it cannot be had. */
const MISSING =
  process.platform === 'linux'
    ? 'needs bubblewrap: install it (the package and the program are called bubblewrap and bwrap)'
    : 'needs bubblewrap, which works on Linux only';

/** Absolute path of bubblewrap, found by `helperProgram`. */
export function bubblewrap(root: string): string {
  return helperProgram('bwrap', [root]).program;
}

/** The version of bubblewrap, if it is installed and usable. */
export async function sandboxVersion(root: string): Promise<string | undefined> {
  const program = bubblewrap(root);
  const words = ['--ro-bind', '/', '/', '--unshare-pid', '--cap-drop', 'ALL', '--proc', '/proc', 'true'];
  const works = await runProcess(program, words, { cwd: root });
  if (works.exitCode !== 0) return undefined;
  const { stdout } = await runProcess(program, ['--version'], { cwd: root });
  return /\d[\d.]*/.exec(stdout.toString())?.[0];
}

/** @throws {SettingError} if it is not available. */
export async function assertSandbox(root: string): Promise<void> {
  if ((await sandboxVersion(root)) === undefined)
    throw new SettingError('sandbox', `--sandbox ${MISSING}, or leave it out`);
}
