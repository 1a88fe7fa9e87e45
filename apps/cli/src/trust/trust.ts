import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '@sage/git';
import { importsComputed } from './computed-imports.ts';
import { executedFiles } from './executed-files.ts';
import { ticketThatLanded } from './ticket-that-landed.ts';
import { readTrusted, storeFile, type Trusted } from './trusted.ts';

/** Something of a repository that would run, and that the user has not confirmed as it is now. */
export interface Untrusted {
  /** A file, or what a command is for. */
  readonly what: string;
  /** The command. */
  readonly text?: string;
  /** The ticket whose landing last changed the file. */
  readonly ticket?: string;
  /** A program that loads files whose names are known when it runs only: they are not confirmed with it. */
  readonly loadsMore?: true;
}

/** A shell line that a repository's configuration or tickets would have run, or what they give to those that run. */
export interface RepositoryCommand {
  readonly what: string;
  readonly command: string;
  /** It is confirmed for this alone: the same line elsewhere may do less. */
  readonly apart?: boolean;
}

/** The files that running a program would run, unless the user has confirmed them as they are now. */
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

/** Confirms a program as it is now, with the files that it runs. */
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
