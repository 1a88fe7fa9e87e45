import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

/** Who has no rights of its own on every system. */
const NOBODY = 65_534;

/**
 * Runs a shell line and then code that uses this package as `git`, both in a folder and as a user who is not root: where
 * the tests run as root, another one. Returns what the code prints.
 */
export async function asOrdinaryUser(cwd: string, line: string, code: string): Promise<string> {
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const options = { cwd, ...user, env: { PATH: process.env['PATH'], HOME: cwd }, encoding: 'utf8' as const };
  execFileSync('/bin/sh', ['-c', line], options);
  const index = new URL('../src/index.ts', import.meta.url).href;
  const program = `import * as git from ${JSON.stringify(index)};\n${code}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@sage/source', '--input-type=module', '--eval', program],
    options,
  );
  return stdout.trim();
}
