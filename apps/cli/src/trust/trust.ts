import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '@sage/git';
import { importsComputed } from './computed-imports.ts';
import { executedFiles } from './executed-files.ts';
import { ticketThatLanded } from './ticket-that-landed.ts';
import { readTrusted, storeFile, type Trusted } from './trusted.ts';

/** Something in a repository that would run, and that the user has not confirmed in its present form. */
export interface Untrusted {
  /** A file, or the purpose of a command. */
  readonly what: string;
  /** The command. */
  readonly text?: string;
  /** The ticket whose landing last changed the file. */
  readonly ticket?: string;
  /** Set for a program that loads files whose names are only known at run time. They are not confirmed with it. */
  readonly loadsMore?: true;
}

/**
 * A shell line that would run because of a repository's configuration or tickets, or something that they give to
 * commands.
 */
export interface RepositoryCommand {
  readonly what: string;
  readonly command: string;
  /** Confirmed only for this purpose, because the same line elsewhere may have fewer rights. */
  readonly apart?: boolean;
}

/** The files that a program would run, unless the user has confirmed them in their present form. */
export async function untrustedFiles(program: string, variables: NodeJS.ProcessEnv): Promise<Untrusted[]> {
  const { files } = await readTrusted(variables);
  const found: Untrusted[] = [];
  for (const [file, text] of await executedFiles(program)) {
    if (files[file] === hash(text)) continue;
    const ticket = await ticketThatLanded(file);
    found.push({
      what: file,
      ...(ticket !== undefined && { ticket }),
      ...(importsComputed(text) && { loadsMore: true as const }),
    });
  }
  return found;
}

/** Commands of a repository that the user has not confirmed for it. */
export async function untrustedCommands(
  root: string,
  commands: readonly RepositoryCommand[],
  variables: NodeJS.ProcessEnv,
): Promise<Untrusted[]> {
  if (commands.length === 0) return [];
  const known = new Set((await readTrusted(variables)).commands[root]);
  return commands
    .filter((one) => !known.has(hashOf(one)))
    .map(({ what, command }) => ({ what, text: command }));
}

/** Confirms a program in its present form, with the files that it runs. */
export async function trustProgram(program: string, variables: NodeJS.ProcessEnv): Promise<void> {
  const files = await executedFiles(program);
  const confirmed = Object.fromEntries([...files].map(([file, text]) => [file, hash(text)]));
  const trusted = await readTrusted(variables);
  await writeTrusted({ ...trusted, files: { ...trusted.files, ...confirmed } }, variables);
}

/** Confirms commands of a repository. */
export async function trustCommands(
  root: string,
  commands: readonly RepositoryCommand[],
  variables: NodeJS.ProcessEnv,
): Promise<void> {
  const trusted = await readTrusted(variables);
  const before = trusted.commands[root] ?? [];
  const hashes = [...new Set([...before, ...commands.map(hashOf)])];
  await writeTrusted({ ...trusted, commands: { ...trusted.commands, [root]: hashes } }, variables);
}

async function writeTrusted(trusted: Trusted, variables: NodeJS.ProcessEnv): Promise<void> {
  const store = storeFile(variables);
  await mkdir(dirname(store), { recursive: true, mode: 0o700 });
  await replaceFile(store, `${JSON.stringify(trusted, undefined, 2)}\n`, { mode: 0o600, durable: true });
}

function hashOf({ what, command, apart }: RepositoryCommand): string {
  return hash(apart ? `${what}\0${command}` : command);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
