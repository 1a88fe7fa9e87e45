import { createHash } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '@sage/git';
import type { StatePlace } from '../agents/agent.ts';
import { namePattern } from '../process/name-pattern.ts';
import { realPath, userPath } from '../process/user-path.ts';

/** A larger settings file is read-only. */
const MAX_COPIED_BYTES = 2 ** 22;

/** The folder, next to the worktrees, for what a ticket's agents write below HOME. It is kept until the run ends. */
export function stateFolder(directory: string, holder: string): string {
  return join(directory, `${STATE_PREFIX}${createHash('sha256').update(holder).digest('hex').slice(0, 16)}`);
}

/** The prefix of these folders' names. */
export const STATE_PREFIX = 'state-';

/**
 * Words that make a sandbox show an agent its settings without letting it change them. Otherwise it could plant a
 * hook or a server that later runs outside. Its folder is replaced by a private one, which keeps the sessions of this
 * ticket. There, settings files are copies and settings folders are read-only. Logins are the user's own files,
 * because a renewed login has to be kept.
 */
export async function agentState(
  places: readonly StatePlace[],
  folder: string,
  variables: NodeJS.ProcessEnv,
): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const words: string[] = [];
  const seen = new Set<string>();
  for (const [number, { place, ...kinds }] of places.entries())
    for (const path of userPath(place, variables)) {
      const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
      // The folder must exist, so that the agent cannot create one with other settings.
      if (!isFile && !path.endsWith('.json')) await mkdir(path, { recursive: true }).catch(() => {});
      const real = realPath(path);
      if (real === undefined || seen.has(real)) continue;
      seen.add(real);
      const own = join(folder, String(number));
      words.push(...(isFile ? await ofFile(real, own) : await ofFolder(real, own, kinds)));
    }
  return words;
}

async function ofFile(path: string, own: string): Promise<string[]> {
  await removeTree(own);
  await copyFile(path, own, constants.COPYFILE_EXCL);
  return ['--bind', own, path];
}

async function ofFolder(
  path: string,
  own: string,
  { logins = [], sessions = [] }: Omit<StatePlace, 'place'>,
): Promise<string[]> {
  await startAgain(own, sessions);
  const words = ['--bind', own, path];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const source = join(path, entry.name);
    if (matches(sessions, entry.name)) continue;
    if (logins.includes(entry.name)) words.push('--bind-try', source, source);
    else if (await isSmallFile(entry)) await copyFile(source, join(own, entry.name)).catch(() => {});
    else if (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
      words.push('--ro-bind-try', source, source);
  }
  return words;
}

/** The state left by the ticket's last agent is not trusted. Only its sessions are kept. */
async function startAgain(own: string, sessions: readonly string[]): Promise<void> {
  const before = `${own}.before`;
  await removeTree(before);
  await rename(own, before).catch(() => {});
  await mkdir(own, { mode: 0o700 });
  for (const name of await readdir(before).catch(() => [])) {
    const status = await lstat(join(before, name));
    if (matches(sessions, name) && (status.isFile() || status.isDirectory()))
      await rename(join(before, name), join(own, name));
  }
  await removeTree(before);
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => namePattern(pattern).test(name));
}

async function isSmallFile(entry: Dirent): Promise<boolean> {
  return entry.isFile() && (await stat(join(entry.parentPath, entry.name))).size <= MAX_COPIED_BYTES;
}
