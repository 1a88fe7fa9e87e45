import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { git, readBlob, readRef, type Repository } from '@sage/git';
import { BACKLOG_FORMATS, SAGE_INDEX } from '@sage/tickets';

/** Texts of files, by path relative to the repository. */
export type Texts = ReadonlyMap<string, string>;

/** The files of a checkout that match these patterns, in the order of the patterns; `*` stands for one name. */
export async function pathsInCheckout(root: string, patterns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns) {
    let paths = [''];
    for (const part of pattern.split('/')) {
      const next: string[] = [];
      for (const path of paths)
        for (const name of await namesLike(join(root, path), part)) next.push(posix.join(path, name));
      paths = next;
    }
    found.push(...paths);
  }
  return [...new Set(found)];
}

async function namesLike(folder: string, part: string): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  const like = likeness(part);
  return entries.filter((name) => like.test(name)).toSorted();
}

/** The same for a branch. */
export async function pathsInBranch(
  repository: Repository,
  ref: string,
  patterns: readonly string[],
): Promise<string[]> {
  if ((await readRef(repository, ref)) === undefined) return [];
  const folders = new Set(patterns.map((pattern) => pattern.split('/')[0] ?? ''));
  const args = ['ls-tree', '-r', '-z', '--name-only', '--full-tree', ref, '--', ...folders];
  const paths = (await git(repository, args)).split('\0');
  return patterns.flatMap((pattern) => {
    const like = likeness(pattern);
    return paths.filter((path) => like.test(path)).toSorted();
  });
}

/**
 * Whether landings may write ticket states into a file, for any kind of backlog, because runs may have used different
 * ones.
 */
export function mayHoldStates(path: string): boolean {
  const patterns = [SAGE_INDEX, ...BACKLOG_FORMATS.flatMap(({ files }) => files)];
  return patterns.some((pattern) => likeness(pattern).test(path));
}

function likeness(pattern: string): RegExp {
  const text = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${text}$`);
}

export async function textsInCheckout(root: string, paths: readonly string[]): Promise<Texts> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}

export async function textsInBranch(
  repository: Repository,
  ref: string,
  paths: readonly string[],
): Promise<Texts> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await readBlob(repository, ref, path);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}
