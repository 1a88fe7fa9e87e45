import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NOBODY } from '@sage/test-support/ordinary-user';
import { onTestFinished } from 'vitest';

/** A folder that an ordinary user may write to. */
export function openDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sage-open-')));
  chmodSync(directory, 0o777);
  onTestFinished(() => {
    execFileSync('chmod', ['-R', 'u+rwx', directory]);
    rmSync(directory, { recursive: true });
  });
  return directory;
}

/**
 * Runs a shell line and then a function of this package on a path, both in a folder and as a user who is not root.
 * Returns what the function returned.
 */
export async function asOrdinaryUser(
  cwd: string,
  line: string,
  name: 'removeTree' | 'removeOrSetAside',
  path: string,
): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: cwd };
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  execFileSync('/bin/sh', ['-c', line], { cwd, env, ...user });
  const child = join(import.meta.dirname, 'ordinary-user-child.ts');
  const args = ['--conditions=@sage/source', child, name, path];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env });
  return stdout.trim();
}
