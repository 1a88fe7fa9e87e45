import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { execa } from 'execa';
import { SettingError } from '../errors.ts';

/** What commands in worktrees may reach beyond reading files. */
export interface SandboxSettings {
  /** true by default. */
  readonly network?: boolean;
  /** Folders besides the worktree that may be written, `~/` for those of HOME. */
  readonly writable?: readonly string[];
}

export interface SandboxPlaces {
  /** Top of the user's checkout. */
  readonly root: string;
  readonly worktree: string;
  /** What else has to be written: the attempt's files. */
  readonly writable: readonly string[];
}

/** How Sage says that it cannot be had. */
const MISSING =
  'needs bubblewrap, which works on Linux: install it (the package and the program are called bubblewrap and bwrap)';

/** The version of bubblewrap, where it is installed and may be used. */
export async function sandboxVersion(): Promise<string | undefined> {
  const works = await execa('bwrap', ['--ro-bind', '/', '/', '--unshare-pid', 'true'], {
    reject: false,
    stdin: 'ignore',
  });
  if (works.exitCode !== 0) return undefined;
  const { stdout } = await execa('bwrap', ['--version'], { reject: false });
  return /\d[\d.]*/.exec(stdout)?.[0];
}

/** @throws {SettingError} where it is not there. */
export async function assertSandbox(): Promise<void> {
  if ((await sandboxVersion()) === undefined)
    throw new SettingError('sandbox', `--sandbox ${MISSING}, or leave it out`);
}

/**
 * The words before a command that run it where only the worktree, `/tmp` of its own and the given places can be written,
 * and only its own processes seen; all of them end with it.
 */
export function sandboxed(settings: SandboxSettings, { root, worktree, writable }: SandboxPlaces): string[] {
  const bind = (how: string, paths: readonly string[]) => paths.flatMap((path) => [how, path, path]);
  const words = ['bwrap', '--die-with-parent', '--unshare-pid', '--unshare-ipc'];
  if (settings.network === false) words.push('--unshare-net');
  words.push('--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc');
  words.push('--tmpfs', '/tmp', '--setenv', 'TMPDIR', '/tmp');
  // Where the checkout or HOME is below /tmp, it is seen all the same.
  words.push(...bind('--ro-bind', [root]), ...bind('--ro-bind-try', [homedir()]));
  words.push(...bind('--bind', [worktree, ...writable]));
  words.push(...bind('--bind-try', (settings.writable ?? []).flatMap(expand)));
  return [...words, '--chdir', worktree, '--'];
}

/** Folders that a sandboxed command may write have to be there. */
export async function makeWritable(paths: readonly string[]): Promise<void> {
  for (const path of paths.flatMap(expand)) await mkdir(path, { recursive: true }).catch(() => {});
}

/** Absolute; nothing where it is a variable that is not set. */
function expand(path: string): string[] {
  if (path.startsWith('$')) return [process.env[path.slice(1)] ?? ''].filter((value) => isAbsolute(value));
  return [path.startsWith('~/') ? join(homedir(), path.slice(2)) : path];
}
