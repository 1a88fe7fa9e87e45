import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile, removeFile, replaceFile, replaceFiles, TEMPORARY_PREFIX } from './durable-file.ts';
import { entrySchema, TRANSITIONS, type QueueEntry } from './entry.ts';
import { EntryError, isErrno } from './errors.ts';

const ENTRY_FILE = /^(\d{8,})\.json$/;
const DAY = 86_400_000;

/** The entries of a queue, one JSON file each, named by sequence. Every write is on disk when it returns. */
export class EntryStore {
  readonly directory: string;
  readonly #now: () => Date;

  constructor(directory: string, now: () => Date) {
    this.directory = directory;
    this.#now = now;
  }

  async open(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
  }

  /** Adds an entry at the end. The exclusive link is what orders concurrent callers: no lock is needed. */
  async add(
    entry: Omit<QueueEntry, 'sequence' | 'v' | 'enqueuedAt' | 'updatedAt' | 'state'>,
  ): Promise<QueueEntry> {
    const at = this.#now().toISOString();
    for (let sequence = ((await this.#sequences()).at(-1) ?? 0) + 1; ; sequence += 1) {
      const full = { v: 1, ...entry, sequence, state: 'queued', enqueuedAt: at, updatedAt: at };
      const parsed = entrySchema.parse(full);
      if (await createFile(this.directory, fileName(sequence), format(parsed))) return parsed;
    }
  }

  /** All entries in the order they came, and an error for each file that is none. */
  async read(): Promise<{ entries: QueueEntry[]; unreadable: EntryError[] }> {
    const entries: QueueEntry[] = [];
    const unreadable: EntryError[] = [];
    for (const sequence of await this.#sequences()) {
      const file = join(this.directory, fileName(sequence));
      try {
        const entry = entrySchema.parse(JSON.parse(await readFile(file, 'utf8')));
        if (entry.sequence !== sequence) throw new Error(`its sequence is ${entry.sequence}`);
        entries.push(entry);
      } catch (error) {
        // Removed by a cleanup since the listing.
        if (isErrno(error, 'ENOENT')) continue;
        const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
        const message = `${file} is not a queue entry (${why}): mend or remove it, its work is under refs/sage/queue/`;
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

  /** Writes a changed entry; a change of state must be in the table. */
  async write(previous: QueueEntry, next: QueueEntry): Promise<QueueEntry> {
    assertTransition(previous, next);
    const entry = { ...next, updatedAt: this.#now().toISOString() };
    await replaceFile(this.directory, fileName(entry.sequence), format(entry));
    return entry;
  }

  /** As `write` for many: all on disk when it returns, with one sync of the directory. */
  async writeAll(changes: readonly (readonly [previous: QueueEntry, next: QueueEntry])[]): Promise<QueueEntry[]> {
    const updatedAt = this.#now().toISOString();
    const entries = changes.map(([previous, next]) => {
      assertTransition(previous, next);
      return { ...next, updatedAt };
    });
    const files = entries.map((entry) => ({ name: fileName(entry.sequence), text: format(entry) }));
    await replaceFiles(this.directory, files);
    return entries;
  }

  async remove(entry: QueueEntry): Promise<void> {
    await removeFile(this.directory, fileName(entry.sequence));
  }

  /** Temporary files of killed processes; a live one is minutes old at most. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      if (!name.startsWith(TEMPORARY_PREFIX)) continue;
      const path = join(this.directory, name);
      const status = await stat(path).catch(() => undefined);
      if (status && this.#now().getTime() - status.mtimeMs > DAY) await rm(path, { force: true });
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
