import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedFile } from '@sage/commit-queue';
import { currentBranch, fileVersion, readRef, type Repository } from '@sage/git';
import {
  type BacklogFormat,
  editTicketFile,
  type FormatOptions,
  type TicketChange,
  TicketIndexError,
} from '@sage/tickets';
import type { SourceContent, TicketSource } from '../ports.ts';
import {
  pathsInBranch,
  pathsInCheckout,
  type Texts,
  textsInBranch,
  textsInCheckout,
} from './source-files.ts';

/** Another tool that holds its lock for longer has died. */
const STALE_LOCK_MS = 10_000;
const LOCK_LOOK_MS = 50;
/** The prompt names each of them. */
const MAX_PROTECTED = 10;

/**
 * A backlog that another tool keeps in files of the repository: the checkout's while the target is checked out there (or
 * does not track them), else the target's.
 */
export class FormatSource implements TicketSource {
  readonly name: string;
  readonly #format: BacklogFormat;
  #options: FormatOptions;
  readonly #repository: Repository;
  readonly #target: string;
  #readsCheckout = true;
  #texts: Texts = new Map();
  #ticketFiles: readonly string[] = [];
  /** Ticket files that were not there at the last look. */
  #gone: ReadonlySet<string> = new Set();
  #writing: Promise<void> = Promise.resolve();

  /** `target`: full ref. */
  constructor(repository: Repository, target: string, format: BacklogFormat, options: FormatOptions) {
    this.#repository = repository;
    this.#target = target;
    this.#format = format;
    this.#options = options;
    this.name = format.name;
  }

  /** Agents may write new files of the format; those that have tickets now are Sage's to change. */
  get protectedPaths(): readonly string[] {
    const folders = new Set(this.#ticketFiles.map((path) => posix.dirname(path)));
    return this.#ticketFiles.length > MAX_PROTECTED && folders.size < MAX_PROTECTED
      ? [...folders]
      : this.#ticketFiles;
  }

  get readsCheckout(): boolean {
    return this.#readsCheckout;
  }

  async version(): Promise<string> {
    const { root, gitDir } = this.#repository;
    const paths = await pathsInCheckout(root, this.#format.files);
    const files = [...paths.map((path) => join(root, path)), join(gitDir, 'HEAD')].map(fileVersion);
    const tip = this.#readsCheckout ? '' : await readRef(this.#repository, this.#target).catch(() => '');
    return [...files, tip].join(' ');
  }

  async read(): Promise<SourceContent> {
    const [current, tip] = await Promise.all([
      currentBranch(this.#repository),
      readRef(this.#repository, this.#target),
    ]);
    this.#readsCheckout = current === this.#target || tip === undefined;
    const { foundBy } = this.#format;
    this.#readsCheckout ||= (await pathsInBranch(this.#repository, this.#target, foundBy)).length === 0;
    const { root } = this.#repository;
    const texts = this.#readsCheckout
      ? await textsInCheckout(root, await pathsInCheckout(root, this.#format.files))
      : await this.#inBranch();
    this.#assertNotMoving(texts);
    const { tickets, warnings, implied, options, fileOf } = this.#format.read(texts, this.#options);
    this.#texts = texts;
    this.#options = options;
    this.#ticketFiles = [...new Set(fileOf.values())];
    const file = this.#ticketFiles[0] ?? this.#format.files[0] ?? this.name;
    return { file, tickets, warnings, implied };
  }

  /**
   * Git, and editors, remove a file for a moment before they write it: a ticket whose file is gone has left the backlog
   * when the file is still gone at a later look.
   * @throws {TicketIndexError}
   */
  #assertNotMoving(texts: Texts): void {
    const gone = this.#ticketFiles.filter((path) => !texts.has(path));
    const [file] = gone.filter((path) => !this.#gone.has(path));
    this.#gone = new Set(gone);
    if (file !== undefined)
      throw new TicketIndexError({ file, code: 'NOT_FOUND', problem: 'not there any more: put it back' });
  }

  stateFiles(changes: readonly TicketChange[]): ManagedFile[] {
    return this.#ticketFiles.map((path) => ({
      path,
      edit: (text) => this.#edit(path, text, changes),
    }));
  }

  async isTracked(): Promise<boolean> {
    const inBranch = await this.#inBranch();
    return this.#ticketFiles.some((path) => inBranch.has(path));
  }

  async write(changes: readonly TicketChange[]): Promise<void> {
    // One at a time: each reads the files and replaces them.
    const before = this.#writing;
    const writing = (async () => {
      await before.catch(() => {});
      for (const path of this.#ticketFiles) await this.#writeFile(path, changes);
    })();
    this.#writing = writing;
    await writing;
  }

  async #writeFile(path: string, changes: readonly TicketChange[]): Promise<void> {
    const file = join(this.#repository.root, path);
    await using _lock = this.#format.name === 'task-master' ? await lockOf(file) : undefined;
    await editTicketFile(file, (text) => this.#edit(path, text, changes));
  }

  #edit(path: string, text: string, changes: readonly TicketChange[]): string {
    const texts = new Map(this.#texts).set(path, text);
    return this.#format.edit(path, text, changes, this.#options, texts);
  }

  async #inBranch(): Promise<Texts> {
    const paths = await pathsInBranch(this.#repository, this.#target, this.#format.files);
    return textsInBranch(this.#repository, this.#target, paths);
  }
}

/** The lock that Task Master takes: a folder beside the file, by way of proper-lockfile, or from its command line a file. */
async function lockOf(file: string): Promise<AsyncDisposable> {
  const folder = `${file}.lock`;
  for (;;) {
    try {
      await mkdir(folder);
      return { [Symbol.asyncDispose]: async () => rmdir(folder).catch(() => {}) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const held = await stat(folder).catch(() => undefined);
    if (held && Date.now() - held.mtimeMs > STALE_LOCK_MS) await rm(folder, { recursive: true, force: true });
    else await delay(LOCK_LOOK_MS);
  }
}
