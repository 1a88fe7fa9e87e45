import { randomBytes } from 'node:crypto';
import { chmod, copyFile, link, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isErrno } from '../errors.ts';
import { removeOlder } from '../files/remove-older.ts';
import { makeTopFolder } from '../files/shared-folder.ts';
import { objectFormat, writeLooseObject } from '../objects/loose-object.ts';
import { objectEnvironment } from '../objects/object-environment.ts';
import { formatCommit, type RawCommitContent } from '../objects/raw-commit.ts';
import { waitForGc } from '../objects/running-gc.ts';
import { quote } from '../repository/settings.ts';
import { type SharedPermissions, sharedPermissions } from '../files/shared-permissions.ts';
import type { Repository } from '../repository.ts';

/** How many objects are moved at the same time. */
const MAX_PARALLEL_WRITES = 16;

/** Objects that are first written outside a repository, and moved into it when all are complete. */
export class ScratchObjects implements AsyncDisposable {
  readonly #repository: Repository;
  readonly #home: string;
  readonly #shared: SharedPermissions | undefined;

  private constructor(repository: Repository, home: string, shared: SharedPermissions | undefined) {
    this.#repository = repository;
    this.#home = home;
    this.#shared = shared;
  }

  /** Inside the git directory, so that objects can be linked instead of copied. */
  static async open(repository: Repository): Promise<ScratchObjects> {
    const parent = join(repository.commonDir, PARENT);
    await removeOlder(parent, OLD_MS);
    const home = join(parent, randomBytes(6).toString('hex'));
    const shared = await sharedPermissions(repository);
    await makeTopFolder(join(home, 'objects'), shared);
    return new ScratchObjects(repository, home, shared);
  }

  /** Makes git write here, while it also sees the repository's objects. */
  environment(alternates: readonly string[] = []): Record<string, string> {
    const environment = objectEnvironment(this.#repository, join(this.#home, 'objects'));
    const all = [environment['GIT_ALTERNATE_OBJECT_DIRECTORIES'] ?? '', ...alternates.map(quotedIfOdd)];
    return { ...environment, GIT_ALTERNATE_OBJECT_DIRECTORIES: all.join(':') };
  }

  /** Writes a commit object; undefined if only git can write it. */
  writeCommit(content: RawCommitContent): string | undefined {
    const raw = formatCommit(content);
    const place = { ...this.#repository, commonDir: this.#home };
    return raw && writeLooseObject(place, objectFormat(content.tree), 'commit', raw, this.#shared);
  }

  /**
   * Moves all objects into the repository, on disk when this resolves, and then has `refer` create a ref to them. A
   * `git gc` of the user that did not see the ref may delete them. They are then put there again when it is over.
   */
  async publish(refer: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    await this.#putIn({ sync: true });
    await refer();
    await waitForGc(this.#repository, signal);
    await this.#putIn({ sync: false });
  }

  async #putIn({ sync }: { sync: boolean }): Promise<void> {
    const objects = join(this.#repository.commonDir, 'objects');
    const { mode } = await stat(objects);
    const files: NewObject[] = [];
    const from = join(this.#home, 'objects');
    for (const folder of await readdir(from))
      for (const name of await readdir(join(from, folder)))
        files.push({ from: join(from, folder, name), folder: join(objects, folder), name });
    // A pack is used as soon as its index exists, so the index comes last.
    files.sort((a, b) => Number(a.name.endsWith('.idx')) - Number(b.name.endsWith('.idx')));
    const folders = new Set(files.map(({ folder }) => folder));
    for (const folder of folders) await makeFolder(folder, mode);
    const packs = files.filter(({ folder }) => basename(folder).length > 2);
    for (const file of packs) await putObject(file, sync);
    const loose = files.filter(({ folder }) => basename(folder).length === 2);
    for (let at = 0; at < loose.length; at += MAX_PARALLEL_WRITES)
      await Promise.all(loose.slice(at, at + MAX_PARALLEL_WRITES).map((file) => putObject(file, sync)));
    if (sync) for (const folder of folders) await syncFolder(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
    // Succeeds only if this was the last one.
    await rmdir(join(this.#home, '..')).catch(() => {});
  }
}

function quotedIfOdd(path: string): string {
  return /[:"\n\\]/.test(path) ? quote(path) : path;
}

const PARENT = 'sage-objects';
/** Nothing takes this long. Older folders were left by killed processes. */
const OLD_MS = 86_400_000;

interface NewObject {
  readonly from: string;
  readonly folder: string;
  readonly name: string;
}

async function makeFolder(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder);
    // The same mode as its neighbours, in a repository that several users share.
    await chmod(folder, mode & 0o7777);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

async function putObject({ from, folder, name }: NewObject, sync: boolean): Promise<void> {
  const to = join(folder, name);
  if (sync) {
    await using file = await open(from, 'r');
    await file.sync();
  }
  try {
    await link(from, to);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    // Another file system, or one without hard links.
    const temporary = join(folder, `tmp_obj_${randomBytes(6).toString('hex')}`);
    await copyFile(from, temporary);
    await rename(temporary, to);
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
