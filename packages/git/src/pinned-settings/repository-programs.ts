import { existsSync } from 'node:fs';
import { isAbsolute, join, posix, relative } from 'node:path';
import { gitFields } from '../objects/byte-paths.ts';
import { readObject } from '../objects/trees.ts';
import type { Repository } from '../repository.ts';
import type { Setting } from '../repository/settings.ts';

/** Settings whose value is a command that git runs. */
const COMMANDS =
  /^(filter\..*\.(clean|smudge|process)|merge\..*\.driver|diff\..*\.(textconv|command)|diff\.external|gpg(\..*)?\.program|core\.sshcommand|credential(\..*)?\.helper)$/i;
/** What in a command could name a file. */
const WORD = /[^\s'"|&;<>()$`%=]+/g;
/** With more files next to a program, in its top folder, they are not taken for its helpers. */
const MAX_FILES = 300;

/** A command of the user's settings that runs a program of the repository. */
export interface RepositoryProgram {
  readonly setting: Setting;
  /** From the top of the repository. */
  readonly path: string;
}

/** What git would run of a work tree, where anybody may have changed it. */
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

/** The path of an existing file of the work tree that a word names. A command's own bare name is looked for on PATH. */
function pathIn(root: string, word: string, at: number): string[] {
  if (at === 0 && !word.includes('/')) return [];
  const path = isAbsolute(word) ? relative(root, word) : posix.normalize(word);
  const isInside = !['', '.'].includes(path) && !path.startsWith('..') && !isAbsolute(path);
  return isInside && existsSync(join(root, path)) ? [path] : [];
}

/**
 * Files of a commit by their paths: the programs, and what is in the same folder at the top of the repository. A program
 * that git does not track is none of them.
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

/** The command with each program named by its whole path: `place` says where it is kept. */
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
