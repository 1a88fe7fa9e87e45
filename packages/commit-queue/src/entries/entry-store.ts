import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileVersion, isTemporary, replaceFile, isErrno } from '@sage/git';
import { createFile, createFiles, removeFiles, replaceFiles } from '../durable-file.ts';
import { entrySchema, TRANSITIONS, type QueueEntry } from './entry.ts';
import { EntryError } from '../errors.ts';

const HIGHEST_REMOVED = 'highest-removed';
const ENTRY_FILE = /^(\d{8,})\.json$/;
const LEFTOVER_AGE_MS = 86_400_000;

export type NewEntry = Pick<QueueEntry, 'id' | 'ticket' | 'target' | 'base' | 'commit' | 'message'> & {
  author?: NonNullable<QueueEntry['author']>;
  /** Set if it is rejected from the start. */
  reason?: string;
};

/** The entries of a queue, one JSON file each, named by sequence number. Every write is on disk when it resolves. */
export class EntryStore {
  readonly directory: string;
  readonly #now: () => Date;
  readonly #seen = new Set<number>();
  /** A cache of entries that never change again, because every landing searches a queue that may have thousands. */
  readonly #final = new Map<number, { entry: QueueEntry; file: string | undefined }>();
  /** The sequence numbers of each work. */
  readonly #works = new Map<string, number[]>();

  constructor(directory: string, now: () => Date) {
    this.directory = directory;
    this.#now = now;
  }

  /**
   * Appends entries. The exclusive link orders concurrent callers, without a lock. With `synced: false`, the caller
   * syncs the disk.
   */
  async addAll(added: readonly NewEntry[], { synced = true } = {}): Promise<QueueEntry[]> {
    const at = this.#now().toISOString();
    const entryOf = (each: NewEntry, sequence: number) =>
      entrySchema.parse({ v: 1, ...each, sequence, state: stateOf(each), enqueuedAt: at, updatedAt: at });
    const stateOf = ({ reason }: NewEntry) => (reason === undefined ? 'queued' : 'rejected');
    const next = Math.max((await this.#sequences()).at(-1) ?? 0, await this.#highestRemoved()) + 1;
    const entries: QueueEntry[] = [];
    if (synced) {
      let sequence = next;
      for (const each of added) {
        while (!(await createFile(this.directory, fileName(sequence), format(entryOf(each, sequence)))))
          sequence += 1;
        entries.push(entryOf(each, sequence));
      }
    } else {
      const files = added.map((each) => ({ name: fileName, text: (n: number) => format(entryOf(each, n)) }));
      const sequences = createFiles(this.directory, next, files);
      entries.push(...added.map((each, n) => entryOf(each, sequences[n] ?? 0)));
    }
    for (const entry of entries) this.#remember(entry);
    return entries;
  }

  /** Whether this entry is the first of its work among those that `readNew` has read. */
  isFirst(entry: QueueEntry): boolean {
    return this.#works.get(workKey(entry))?.[0] === entry.sequence;
  }

  /** The first entry of this work that is queued or has landed, among those that `readNew` has read. */
  async findWork(work: Pick<QueueEntry, 'ticket' | 'commit' | 'target'>): Promise<QueueEntry | undefined> {
    for (const sequence of this.#works.get(workKey(work)) ?? []) {
      const entry = await this.#readEntry(sequence).catch(() => undefined);
      if (entry === undefined || workKey(entry) !== workKey(work)) continue;
      if (entry.state === 'queued' || entry.state === 'landed') return entry;
    }
    return undefined;
  }

  /** Reads the entries that have been added since the last call. */
  async readNew(): Promise<void> {
    for (const sequence of await this.#sequences()) {
      if (this.#seen.has(sequence)) continue;
      const entry = await this.#readEntry(sequence).catch(() => undefined);
      if (entry) this.#remember(entry);
    }
  }

  async #readEntry(sequence: number): Promise<QueueEntry> {
    const file = join(this.directory, fileName(sequence));
    const known = this.#final.get(sequence);
    // After a cleanup, another entry may have the number, but then its file is different.
    if (known && known.file === fileVersion(file)) return known.entry;
    const entry = entrySchema.parse(JSON.parse(await readFile(file, 'utf8')));
    if (entry.sequence !== sequence) throw new Error(`its sequence is ${entry.sequence}`);
    if (TRANSITIONS[entry.state].length === 0) this.#final.set(sequence, { entry, file: fileVersion(file) });
    return entry;
  }

  /** Caches the work of an entry, which never changes. Its state is read each time. */
  #remember(entry: QueueEntry): void {
    if (this.#seen.has(entry.sequence)) return;
    this.#seen.add(entry.sequence);
    const key = workKey(entry);
    this.#works.set(
      key,
      [...(this.#works.get(key) ?? []), entry.sequence].sort((a, b) => a - b),
    );
  }

  /** The entry's number is never used again. */
  #forget(entry: QueueEntry): void {
    this.#final.delete(entry.sequence);
    this.#seen.delete(entry.sequence);
    const key = workKey(entry);
    const others = this.#works.get(key)?.filter((sequence) => sequence !== entry.sequence) ?? [];
    if (others.length > 0) this.#works.set(key, others);
    else this.#works.delete(key);
  }

  /** All entries in the order of arrival, and an error for each file that is not an entry. */
  async read(): Promise<{ entries: QueueEntry[]; unreadable: EntryError[] }> {
    const entries: QueueEntry[] = [];
    const unreadable: EntryError[] = [];
    for (const sequence of await this.#sequences()) {
      const file = join(this.directory, fileName(sequence));
      try {
        entries.push(await this.#readEntry(sequence));
      } catch (error) {
        // A cleanup has removed it since the listing.
        if (isErrno(error, 'ENOENT')) continue;
        const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
        const message = `${file} is not a queue entry (${why}): fix or remove it; its work is under refs/sage/queue/`;
        unreadable.push(new EntryError('UNREADABLE_ENTRY', file, message, { cause: error }));
      }
    }
    return { entries, unreadable };
  }

  async find(id: string): Promise<QueueEntry> {
    const entry = (await this.read()).entries.find((each) => each.id === id);
    if (entry) return entry;
    throw new EntryError(
      'UNKNOWN_ENTRY',
      id,
      `there is no entry ${JSON.stringify(id)}: list the queue for the ids`,
    );
  }

  /** Writes a changed entry. A change of state must be in the table. */
  async write(previous: QueueEntry, next: QueueEntry): Promise<QueueEntry> {
    assertTransition(previous, next);
    const entry = { ...next, updatedAt: this.#now().toISOString() };
    await replaceFile(join(this.directory, fileName(entry.sequence)), format(entry), { durable: true });
    return entry;
  }

  /** Like `write` for many entries. After a power cut some may have their old state; git tells what has landed. */
  async writeAll(
    changes: readonly (readonly [previous: QueueEntry, next: QueueEntry])[],
  ): Promise<QueueEntry[]> {
    const updatedAt = this.#now().toISOString();
    const entries = changes.map(([previous, next]) => {
      assertTransition(previous, next);
      return { ...next, updatedAt };
    });
    const files = entries.map((entry) => ({ name: fileName(entry.sequence), text: format(entry) }));
    await replaceFiles(this.directory, files);
    return entries;
  }

  /**
   * Removes entries. Their numbers are never used again, because other processes may remember what they stood for.
   */
  async remove(...entries: readonly QueueEntry[]): Promise<void> {
    const highest = Math.max(0, ...entries.map(({ sequence }) => sequence));
    if (highest > (await this.#highestRemoved())) await this.#raiseHighestRemoved(highest);
    for (const entry of entries) this.#forget(entry);
    await removeFiles(
      this.directory,
      entries.map(({ sequence }) => fileName(sequence)),
    );
  }

  /** The number is part of the file name, so that no process can lower it. */
  async #highestRemoved(): Promise<number> {
    return Math.max(0, ...(await this.#markers()).map(({ number }) => number));
  }

  async #raiseHighestRemoved(number: number): Promise<void> {
    const older = (await this.#markers()).filter((marker) => marker.number < number);
    await createFile(this.directory, `${HIGHEST_REMOVED}-${number}`, '');
    await removeFiles(
      this.directory,
      older.map(({ name }) => name),
    );
  }

  async #markers(): Promise<{ name: string; number: number }[]> {
    const names = await readdir(this.directory);
    const found = names.filter((name) => name.startsWith(`${HIGHEST_REMOVED}-`));
    return found.map((name) => ({
      name,
      number: Number.parseInt(name.slice(HIGHEST_REMOVED.length + 1), 10) || 0,
    }));
  }

  /** Removes temporary files of killed processes. Those of living processes are at most minutes old. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      if (!isTemporary(name)) continue;
      const path = join(this.directory, name);
      const status = await stat(path).catch(() => undefined);
      if (status && this.#now().getTime() - status.mtimeMs > LEFTOVER_AGE_MS) await rm(path, { force: true });
    }
  }

  async #sequences(): Promise<number[]> {
    const names = await readdir(this.directory);
    return names
      .flatMap((name) => Number(ENTRY_FILE.exec(name)?.[1] ?? []))
      .filter((n) => n > 0)
      .sort((a, b) => a - b);
  }
}

/** The same work, enqueued twice, is one entry. */
export function workKey({
  ticket,
  commit,
  target,
}: Pick<QueueEntry, 'ticket' | 'commit' | 'target'>): string {
  return JSON.stringify([ticket, commit, target]);
}

function assertTransition(previous: QueueEntry, next: QueueEntry): void {
  if (previous.state === next.state || TRANSITIONS[previous.state].includes(next.state)) return;
  const message = `entry ${previous.id} is ${previous.state} and cannot become ${next.state}`;
  throw new EntryError('WRONG_STATE', previous.id, message);
}

function fileName(sequence: number): string {
  return `${String(sequence).padStart(8, '0')}.json`;
}

function format(entry: QueueEntry): string {
  return `${JSON.stringify(entry, undefined, 2)}\n`;
}
