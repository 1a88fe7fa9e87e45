import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Repository } from '@sage/git';

/** Files of a repository that can make git run a program, or see different content. */
const FILES = ['config', 'config.worktree', 'info/attributes', 'objects/info/alternates'];

/**
 * The user's hooks and configuration from the start of the run. Sage ignores later changes. An agent may have made
 * them by path, so they are reported.
 */
export class SettingsWatch {
  readonly #repository: Repository;
  #known: ReadonlyMap<string, string>;

  private constructor(repository: Repository, known: ReadonlyMap<string, string>) {
    this.#repository = repository;
    this.#known = known;
  }

  static async open(repository: Repository): Promise<SettingsWatch> {
    return new SettingsWatch(repository, await fingerprints(repository));
  }

  /** Files that are new, changed or gone since the last call, relative to the top of the checkout. */
  async changes(): Promise<string[]> {
    const now = await fingerprints(this.#repository);
    const known = this.#known;
    this.#known = now;
    const names = new Set([...known.keys(), ...now.keys()]);
    return [...names]
      .filter((name) => known.get(name) !== now.get(name))
      .map((name) => relative(this.#repository.root, join(this.#repository.commonDir, name)))
      .toSorted();
  }
}

async function fingerprints({ commonDir }: Repository): Promise<Map<string, string>> {
  const hooks = await readdir(join(commonDir, 'hooks')).catch(() => []);
  const names = [
    ...FILES,
    ...hooks.filter((name) => !name.endsWith('.sample')).map((name) => `hooks/${name}`),
  ];
  const found = await Promise.all(
    names.map(async (name) => [name, await fingerprint(join(commonDir, name))] as const),
  );
  return new Map(found.flatMap(([name, print]) => (print === undefined ? [] : [[name, print]])));
}

async function fingerprint(path: string): Promise<string | undefined> {
  try {
    const status = await lstat(path);
    // A link counts as its target, and a hook only counts if it is executable.
    const content = status.isSymbolicLink()
      ? await readlink(path)
      : status.isFile()
        ? await readFile(path)
        : '';
    return `${status.mode} ${createHash('sha256').update(content).digest('hex')}`;
  } catch {
    return undefined;
  }
}
