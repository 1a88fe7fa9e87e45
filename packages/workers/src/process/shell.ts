import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/** The user's shell; /bin/sh if none is set. */
export function userShell(environment: NodeJS.ProcessEnv = process.env): string {
  const shell = environment['SHELL'];
  return shell && isAbsolute(shell) && existsSync(shell) ? shell : '/bin/sh';
}

/** Quotes any text as one word of a shell line. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
