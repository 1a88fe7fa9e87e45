import { existsSync } from 'node:fs';
import { isAbsolute, join, posix, relative } from 'node:path';
import { gitFields } from '../objects/byte-paths.ts';
import { readObject } from '../objects/trees.ts';
import type { Repository } from '../repository.ts';
import type { Setting } from '../repository/settings.ts';

/** Settings whose value is a command that git runs. */
const COMMANDS =
  /^(filter\..*\.(clean|smudge|process)|merge\..*\.driver|diff\..*\.(textconv|command)|diff\.external|gpg(\..*)?\.program|core\.sshcommand|credential(\..*)?\.helper)$/i;
/** The parts of a command that could be a file name. */
const WORD = /[^\s'"|&;<>()$`%=]+/g;
/** If a program's top folder has more files, they are not considered its helpers. */
const MAX_FILES = 300;

/** A command in the user's settings that runs a program of the repository. */
export interface RepositoryProgram {
  readonly setting: Setting;
  /** Relative to the top of the repository. */
  readonly path: string;
}

/** The programs in a work tree that git would run, and that anyone working there may have changed. */
export function repositoryPrograms(
  { root }: Repository,
  settings: readonly Setting[],
): readonly RepositoryProgram[] {
  return settings
    .filter(({ key }) => COMMANDS.test(key))
    .flatMap((setting) => {
      const words = [...(setting.value ?? '').matchAll(WORD)];
      return words.flatMap(({ 0: word, index }) =>
        pathIn(root, word, index).map((path) => ({ setting, path })),
      );
    });
}

/**
 * The path of an existing work tree file that a word names. A bare command name at the start is looked up on PATH
 * instead.
 */
function pathIn(root: string, word: string, at: number): string[] {
  if (at === 0 && !word.includes('/')) return [];
  const path = isAbsolute(word) ? relative(root, word) : posix.normalize(word);
  const isInside = !['', '.'].includes(path) && !path.startsWith('..') && !isAbsolute(path);
  return isInside && existsSync(join(root, path)) ? [path] : [];
}

/**
 * The programs in a commit, with all files in the same top-level folder, by path. Untracked programs are not
 * included.
 */
export async function programFiles(
  repository: Repository,
  programs: readonly RepositoryProgram[],
): Promise<ReadonlyMap<string, { readonly content: Uint8Array; readonly executable: boolean }>> {
  const found = new Map<string, { content: Uint8Array; executable: boolean }>();
  for (const path of new Set(programs.map((one) => one.path))) {
    const folder = path.includes('/') ? `${path.split('/')[0]}/` : path;
    const all = await blobsAt(repository, folder);
    const those = all.length > MAX_FILES ? await blobsAt(repository, path) : all;
    for (const { mode, oid, file } of those)
      found.set(file, { content: await readObject(repository, oid), executable: mode === '100755' });
  }
  return found;
}

async function blobsAt(repository: Repository, path: string) {
  const args = ['ls-tree', '-r', '-z', '--full-tree', 'HEAD', '--', path];
  const lines = await gitFields(repository, args).catch(() => []);
  return lines.flatMap((line) => {
    const [, mode, oid, name] = /^(100\d{3}) blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    if (mode === undefined || oid === undefined || name === undefined) return [];
    return [{ mode, oid, file: Buffer.from(name, 'latin1').toString('utf8') }];
  });
}

/** The command with each program replaced by its absolute path, given by `place`. */
export function withProgramsAt(
  root: string,
  { key, value = '' }: Setting,
  place: (path: string) => string,
): Setting {
  const named = value.replaceAll(WORD, (word: string, at: number) => {
    const [path] = pathIn(root, word, at);
    return path === undefined ? word : place(path);
  });
  return { key, value: named };
}
