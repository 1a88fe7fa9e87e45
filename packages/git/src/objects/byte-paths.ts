import type { Repository } from '../repository.ts';
import { gitRaw, type GitOptions } from '../process/run.ts';

// File names are bytes. Inside this package a name is a latin1 string, one character for each byte, which keeps names
// exact that are not UTF-8. `readablePath` is for people.

/** Runs a git command with NUL-separated output, and returns the fields as byte strings. */
export async function gitFields(
  where: Repository | string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string[]> {
  const { stdout } = await gitRaw(where, args, options);
  const fields = stdout.toString('latin1').split('\0');
  if (fields.at(-1) === '') fields.pop();
  return fields;
}

export function toInput(fields: readonly string[]): Uint8Array {
  return Buffer.from(fields.map((field) => `${field}\0`).join(''), 'latin1');
}

export function toBytePath(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

export function readablePath(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** The path on disk of a byte path below `root`. */
export function onDisk(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}
