import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const linux = process.platform === 'linux';

/**
 * Identifies the running system; changes with each boot.
 * @throws {Error} if the system does not provide it.
 */
export async function bootIdentity(): Promise<string> {
  if (linux) return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return (await run('sysctl', ['-n', 'kern.bootsessionuuid'])).stdout.trim();
}

/** The pid namespace (containers) in which process ids are valid; empty if there is none. */
export function pidSpace(): Promise<string> {
  return linux ? readlink('/proc/self/ns/pid').catch(() => '') : Promise.resolve('');
}
