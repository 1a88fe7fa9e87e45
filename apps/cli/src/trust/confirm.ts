import { readFile } from 'node:fs/promises';
import { findConfig } from '../config-file.ts';
import { readConfig, type Settings } from '../config.ts';
import { describeUntrusted, UntrustedError } from '../errors.ts';
import { printable } from '../printable.ts';
import {
  type RepositoryCommand,
  trustCommands,
  trustProgram,
  type Untrusted,
  untrustedCommands,
} from './trust.ts';

/**
 * The settings of a directory. A configuration that is a program only runs if the user has confirmed it, by `sage
 * trust` or on the terminal.
 * @throws {ConfigError}
 * @throws {UntrustedError} if it is not confirmed.
 */
export async function readTrustedConfig(directory: string): Promise<Settings> {
  for (;;) {
    try {
      return await readConfig(directory);
    } catch (error) {
      const file = error instanceof UntrustedError ? await findConfig(directory) : undefined;
      if (file === undefined || !(await isConfirmed((error as UntrustedError).untrusted))) throw error;
      await trustProgram(file, process.env);
    }
  }
}

/**
 * Commands from a repository's files only run if the user has confirmed them.
 * @throws {UntrustedError}
 */
export async function assertCommands(root: string, commands: readonly RepositoryCommand[]): Promise<void> {
  const untrusted = await untrustedCommands(root, commands, process.env);
  if (untrusted.length === 0) return;
  if (!(await isConfirmed(untrusted))) throw new UntrustedError(untrusted);
  await trustCommands(root, commands, process.env);
}

/** Asks if there is a person who can answer. */
async function isConfirmed(untrusted: readonly Untrusted[]): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const [first] = untrusted;
  const more = untrusted.length > 1 ? ` and ${untrusted.length - 1} more` : '';
  // Loaded on demand, because most runs ask no questions.
  const { isCancel, select } = await import('@clack/prompts');
  for (;;) {
    const answer = await select({
      message: `This repository wants to run ${first ? printable(describeUntrusted(first)) : ''}${more}. May it?`,
      options: [
        { value: 'look', label: 'show it first' },
        { value: 'yes', label: 'yes, also from now on' },
        { value: 'no', label: 'no, stop here' },
      ],
    });
    if (isCancel(answer) || answer === 'no') return false;
    if (answer === 'yes') return true;
    for (const one of untrusted) process.stdout.write(await shown(one));
  }
}

async function shown({ what, text }: Untrusted): Promise<string> {
  const content = text ?? (await readFile(what, 'utf8'));
  const lines = content.split('\n').map((line) => `  ${printable(line)}\n`);
  return `${printable(what)}\n${lines.join('')}`;
}
