import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';

/** The shell that the user works in, or /bin/sh where none is named. */
export function userShell(environment: NodeJS.ProcessEnv = process.env): string {
  const shell = environment['SHELL'];
  return shell && isAbsolute(shell) && existsSync(shell) ? shell : '/bin/sh';
}

/** A text as one word of a shell line, whatever it has in it. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
