import { createHash } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '@sage/git';
import type { StatePlace } from '../agents/agent.ts';
import { namePattern } from '../process/name-pattern.ts';
import { realPath, userPath } from '../process/user-path.ts';

/** A bigger file of settings can be read, not written. */
const MAX_COPIED_BYTES = 2 ** 22;

/** Where what the agents of a ticket write below HOME is kept until the run ends, from the folder of worktrees. */
export function stateFolder(directory: string, holder: string): string {
  return join(directory, `${STATE_PREFIX}${createHash('sha256').update(holder).digest('hex').slice(0, 16)}`);
}

/** What the names of these folders begin with. */
export const STATE_PREFIX = 'state-';

/**
 * The words by which a sandbox shows an agent its settings without letting it change them: a hook or a server that it
 * plants there would run outside later. In the place of its folder it has a private one, which keeps the sessions of
 * this ticket. In it, files of settings are copies, folders of settings are read-only, and logins are the user's own, as
 * a login that is renewed has to be kept.
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
      // A folder has to be there, so that nobody makes one with other settings in it.
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

/** What the last agent of the ticket left there is not trusted: only its sessions stay. */
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
