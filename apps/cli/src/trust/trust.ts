import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { git, GitError, replaceFile, RepositoryError } from '@sage/git';
import { z } from 'zod';
import { executedFiles } from './executed-files.ts';

/** A program that somebody has to look at before it runs. */
export interface UntrustedFile {
  readonly file: string;
  /** The ticket whose landing last changed it. */
  readonly ticket: string;
}

/** Hash of the content by path, as the user has confirmed it. */
const schema = z.object({ v: z.literal(1), files: z.record(z.string(), z.string()) });

/**
 * The files that running a program would run and that a landing of Sage has changed, unless the user has confirmed them
 * as they are now.
 */
export async function untrustedFiles(
  program: string,
  variables: NodeJS.ProcessEnv,
): Promise<UntrustedFile[]> {
  const trusted = await readTrusted(variables);
  const found: UntrustedFile[] = [];
  for (const [file, text] of await executedFiles(program)) {
    if (trusted[file] === hash(text)) continue;
    const ticket = await ticketThatLanded(file);
    if (ticket !== undefined) found.push({ file, ticket });
  }
  return found;
}

/** Confirms a program as it is now, with the files that it runs. Returns their paths. */
export async function trust(program: string, variables: NodeJS.ProcessEnv): Promise<string[]> {
  const files = await executedFiles(program);
  const confirmed = Object.fromEntries([...files].map(([file, text]) => [file, hash(text)]));
  const store = storeFile(variables);
  await mkdir(dirname(store), { recursive: true, mode: 0o700 });
  const content = { v: 1, files: { ...(await readTrusted(variables)), ...confirmed } };
  await replaceFile(store, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, durable: true });
  return [...files.keys()];
}

/** The ticket of the last landing (after a commit) that changed a file, whether it was merged, rebased or squashed. */
export async function ticketThatLanded(file: string, since?: string): Promise<string | undefined> {
  const format = '--format=%(trailers:key=Sage-Ticket,valueonly,separator=%x2C)';
  const range = since === undefined ? 'HEAD' : `${since}..HEAD`;
  const args = ['log', '-m', '--full-history', format, range, '--', basename(file)];
  try {
    const lines = (await git(dirname(file), args)).split('\n');
    return lines.find((line) => line !== '');
  } catch (error) {
    // Outside a repository, or before its first commit, nothing has landed.
    if (error instanceof GitError || error instanceof RepositoryError) return undefined;
    throw error;
  }
}

async function readTrusted(variables: NodeJS.ProcessEnv): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(storeFile(variables), 'utf8').catch(() => '');
  try {
    return schema.parse(JSON.parse(text)).files;
  } catch {
    return {};
  }
}

/** Of this user on this machine. */
function storeFile(variables: NodeJS.ProcessEnv): string {
  const named = variables['XDG_CONFIG_HOME'];
  const folder = named && isAbsolute(named) ? named : join(variables['HOME'] ?? homedir(), '.config');
  return join(folder, 'sage/trusted.json');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
