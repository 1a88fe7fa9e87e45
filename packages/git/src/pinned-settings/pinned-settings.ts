import { existsSync } from 'node:fs';
import { mkdtemp, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { removeOlder } from '../files/remove-older.ts';
import { replaceFile } from '../files/replace-file.ts';
import { makeFolderWithin, makeTopFolder, shareAsAround } from '../files/shared-folder.ts';
import type { Repository } from '../repository.ts';
import { readInfo } from '../repository/repository-info.ts';
import { signsCommits } from '../objects/commits.ts';
import { permissionsOf, rememberPermissions, type SharedPermissions } from '../files/shared-permissions.ts';
import { type Identity, identity } from '../repository/identity.ts';
import {
  formatSettings,
  readConfiguration,
  readSettings,
  settingOf,
  type Setting,
} from '../repository/settings.ts';
import {
  programFiles,
  repositoryPrograms,
  type RepositoryProgram,
  withProgramsAt,
} from './repository-programs.ts';

/**
 * The configuration and attributes of a repository at one moment. They can make git run a program (a merge driver, a
 * filter, a signing program), and an agent may change them at any time.
 */
export class PinnedSettings {
  readonly #pinned: Pinned;

  private constructor(pinned: Pinned) {
    this.#pinned = pinned;
  }

  static async of(repository: Repository): Promise<PinnedSettings> {
    const [{ all, local }, info, who] = await Promise.all([
      readConfiguration(repository),
      readInfo(repository),
      identity(repository),
    ]);
    const programs = repositoryPrograms(repository, all);
    const files = programs.length > 0 ? await programFiles(repository, programs) : new Map<string, never>();
    const signs = all.some(({ key }) => key === SIGNING) && (await signsCommits(repository));
    const shared = permissionsOf(settingOf(all, 'core.sharedrepository'));
    rememberPermissions(repository, shared);
    const { root } = repository;
    return new PinnedSettings({ root, settings: local, info, programs, files, shared, signs, identity: who });
  }

  /** Settings from the repository's own files. */
  get settings(): readonly Setting[] {
    return this.#pinned.settings;
  }

  /** Files below `info/` that change which content git sees. */
  get info(): Readonly<Record<string, string>> {
    return this.#pinned.info;
  }

  /** The identity that commits here. */
  get identity(): Identity {
    return this.#pinned.identity;
  }

  /** Whether the user has configured git to sign every commit. */
  get signs(): boolean {
    return this.#pinned.signs;
  }

  /** Undefined if the repository is not shared. */
  get shared(): SharedPermissions | undefined {
    return this.#pinned.shared;
  }

  /** Commands in the user's settings that run a program of the repository, in its version of this moment. */
  get programs(): readonly RepositoryProgram[] {
    return this.#pinned.programs;
  }

  /** Writes the settings to disk for git, until the result is disposed of. */
  open(): PinnedCheckouts {
    return new PinnedCheckouts(this.#pinned);
  }
}

interface Pinned {
  readonly root: string;
  readonly settings: readonly Setting[];
  readonly info: Readonly<Record<string, string>>;
  readonly programs: readonly RepositoryProgram[];
  readonly files: Awaited<ReturnType<typeof programFiles>>;
  readonly shared: SharedPermissions | undefined;
  readonly signs: boolean;
  readonly identity: Identity;
}

const SIGNING = 'commit.gpgsign';

/** Checkouts of a repository with its pinned settings. Disposing of it removes the files written for this. */
export class PinnedCheckouts implements AsyncDisposable {
  readonly #pinned: Pinned;
  readonly #directories = new Map<string, Promise<string>>();

  constructor(pinned: Pinned) {
    this.#pinned = pinned;
  }

  /** The same checkout, but git uses the pinned settings. Refs can be read there, but not written. */
  async of(checkout: Repository): Promise<Repository> {
    const known = this.#directories.get(checkout.gitDir) ?? this.#write(checkout);
    this.#directories.set(checkout.gitDir, known);
    const pinned = { ...checkout, settings: await known };
    rememberPermissions(pinned, this.#pinned.shared);
    return pinned;
  }

  async #write(checkout: Repository): Promise<string> {
    const directory = await newDirectory(checkout.commonDir, this.#pinned.shared);
    const { settings, info } = this.#pinned;
    const own = settings.filter(({ key }) => key !== 'extensions.worktreeconfig');
    // Some settings, such as a sparse checkout, belong to the checkout itself.
    const file = join(checkout.gitDir, 'config.worktree');
    if (own.length < settings.length && existsSync(file)) own.push(...(await readSettings(checkout, file)));
    const storage = { key: 'lfs.storage', value: join(checkout.commonDir, 'lfs') };
    await makeFolderWithin(join(directory, 'info'));
    // Later settings win: the user's own storage, and the place of a program.
    const programs = await this.#writePrograms(directory);
    await replaceFile(join(directory, 'config'), formatSettings([storage, ...own, ...programs]));
    for (const [name, text] of Object.entries(info)) await replaceFile(join(directory, 'info', name), text);
    for (const name of ['refs', 'packed-refs', 'shallow'])
      await symlink(join(checkout.commonDir, name), join(directory, name));
    return directory;
  }

  /**
   * Writes the pinned programs of the repository. Untracked programs stay in the checkout, where no landing changes
   * them.
   */
  async #writePrograms(directory: string): Promise<Setting[]> {
    const { root, programs, files } = this.#pinned;
    const home = join(directory, 'programs');
    for (const [path, { content, executable }] of files) {
      await makeFolderWithin(dirname(join(home, path)));
      await writeFile(join(home, path), content, { mode: executable ? 0o755 : 0o644 });
    }
    const place = (path: string) => join(files.has(path) ? home : root, path);
    return programs.map(({ setting }) => withProgramsAt(root, setting, place));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const directory of await Promise.allSettled(this.#directories.values())) {
      if (directory.status === 'rejected') continue;
      // What is left goes with a later run: see `MAX_AGE_MS`.
      await rm(directory.value, { recursive: true, force: true }).catch(() => {});
      const home = dirname(directory.value);
      // Removes the folder if this was the last directory in it.
      if (basename(home) === HOME) await rmdir(home).catch(() => {});
    }
  }
}

const HOME = 'sage-settings';

/** Next to the configuration, which may hold credentials. Elsewhere only if that folder is not writable. */
async function newDirectory(commonDir: string, shared: SharedPermissions | undefined): Promise<string> {
  const home = join(commonDir, HOME);
  try {
    await makeTopFolder(home, shared);
    await removeOlder(home, MAX_AGE_MS);
    const directory = await mkdtemp(join(home, 'of-'));
    // Lets others who share the repository remove it.
    shareAsAround(directory);
    return directory;
  } catch {
    return mkdtemp(join(tmpdir(), 'sage-settings-'));
  }
}

/** No work takes this long. An older directory was left by a killed process. */
const MAX_AGE_MS = 7 * 86_400_000;
