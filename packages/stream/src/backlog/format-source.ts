import { join, posix } from 'node:path';
import type { ManagedFile } from '@sage/commit-queue';
import type { Repository } from '@sage/git';
import {
  type BacklogFormat,
  editTicketFile,
  type FormatOptions,
  type TicketChange,
  TicketIndexError,
} from '@sage/tickets';
import type { SourceContent, TicketSource } from '../ports.ts';
import { isFollowed, versionOf } from './followed-branch.ts';
import { taskMasterLock } from './task-master-lock.ts';
import {
  pathsInBranch,
  pathsInCheckout,
  type Texts,
  textsInBranch,
  textsInCheckout,
} from './source-files.ts';

/** Limit of retries if a program keeps writing. */
const MAX_LOOKS = 20;
/** Tickets that are gone for longer than this have been removed. */
const GONE_MS = 500;
/** If more files than this are protected, their folders are named instead, to keep the prompt short. */
const MAX_PROTECTED = 10;

/**
 * A backlog that another tool keeps in files of the repository. Reads the checkout if the target is checked out there
 * (or does not track the files), otherwise the target.
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
  /** Every file that has ever had tickets. One may be missing just when a landing is made. */
  readonly #stateFiles = new Set<string>();
  /** Files whose tickets are gone, and since when. */
  #gone: ReadonlyMap<string, number> = new Map();
  #writing: Promise<void> = Promise.resolve();

  /** `target`: full ref. */
  constructor(repository: Repository, target: string, format: BacklogFormat, options: FormatOptions) {
    this.#repository = repository;
    this.#target = target;
    this.#format = format;
    this.#options = options;
    this.name = format.name;
  }

  /** Agents may create new files of the format. Files that currently have tickets may only be changed by Sage. */
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
    const paths = await pathsInCheckout(this.#repository.root, this.#format.files);
    return versionOf(this.#repository, paths, this.#readsCheckout ? undefined : this.#target);
  }

  async read(): Promise<SourceContent> {
    this.#readsCheckout = await isFollowed(this.#repository, this.#target);
    const { foundBy } = this.#format;
    this.#readsCheckout ||= (await pathsInBranch(this.#repository, this.#target, foundBy)).length === 0;
    const texts = this.#readsCheckout ? await this.#inCheckout() : await this.#inBranch();
    const { tickets, warnings, implied, options, fileOf } = this.#format.read(texts, this.#options);
    const ticketFiles = [...new Set(fileOf.values())];
    this.#assertNotMoving(ticketFiles);
    this.#texts = texts;
    this.#options = options;
    this.#ticketFiles = ticketFiles;
    for (const path of ticketFiles) this.#stateFiles.add(path);
    const file = this.#ticketFiles[0] ?? this.#format.files[0] ?? this.name;
    return { file, tickets, warnings, implied };
  }

  /**
   * Git and editors remove or empty a file for a moment before they write it. Its tickets count as removed only if
   * they are still gone some time later.
   * @throws {TicketIndexError}
   */
  #assertNotMoving(ticketFiles: readonly string[]): void {
    const now = Date.now();
    const gone = this.#ticketFiles.filter((path) => !ticketFiles.includes(path));
    this.#gone = new Map(gone.map((path) => [path, this.#gone.get(path) ?? now]));
    const file = gone.find((path) => now - this.#gone.get(path)! < GONE_MS);
    if (file === undefined) return;
    const problem = 'its tickets are gone: put them back';
    throw new TicketIndexError({ file, code: 'NOT_FOUND', problem });
  }

  stateFiles(changes: readonly TicketChange[]): ManagedFile[] {
    return [...this.#stateFiles].map((path) => ({
      path,
      edit: (text) => this.#edit(path, text, changes),
    }));
  }

  async isTracked(): Promise<boolean> {
    const inBranch = await this.#inBranch();
    return this.#ticketFiles.some((path) => inBranch.has(path));
  }

  async write(changes: readonly TicketChange[]): Promise<void> {
    // One at a time, because each write reads and then replaces the files.
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
    await using _lock = this.#format.name === 'task-master' ? await taskMasterLock(file) : undefined;
    await editTicketFile(file, (text) => this.#edit(path, text, changes));
  }

  #edit(path: string, text: string, changes: readonly TicketChange[]): string {
    const texts = new Map(this.#texts).set(path, text);
    return this.#format.edit(path, text, changes, this.#options, texts);
  }

  /** Reads the files while no program writes them, because half of a list would also be a valid list. */
  async #inCheckout(): Promise<Texts> {
    const { root } = this.#repository;
    for (let looks = 0; ; looks += 1) {
      const before = await this.version();
      const texts = await textsInCheckout(root, await pathsInCheckout(root, this.#format.files));
      if (looks === MAX_LOOKS || (await this.version()) === before) return texts;
    }
  }

  async #inBranch(): Promise<Texts> {
    const paths = await pathsInBranch(this.#repository, this.#target, this.#format.files);
    return textsInBranch(this.#repository, this.#target, paths);
  }
}
