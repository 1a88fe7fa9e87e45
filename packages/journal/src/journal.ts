import { open, readFile, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isErrno, makeFolderWithin, SAGE_PATHS, shareAsAround } from '@sage/git';
import type { RunEvent } from './events.ts';
import { upgradeEvent } from './upgrade-event.ts';

export function runsDirectory(root: string): string {
  return join(root, SAGE_PATHS.runs);
}

export function journalFile(root: string, run: string): string {
  return join(runsDirectory(root), run, 'journal.jsonl');
}

/**
 * The events of a run in the order in which they were written. A torn last line (power cut, kill) and any other
 * damaged line are left out.
 */
export async function readJournal(file: string): Promise<RunEvent[]> {
  return parseJournal(await readFile(file, 'utf8')).events;
}

/** `damaged` has the 1-based numbers of lines, before the last one, that are not events. */
export function parseJournal(text: string): { events: RunEvent[]; damaged: number[] } {
  const events: RunEvent[] = [];
  const damaged: number[] = [];
  wholeLines(text).lines.forEach((line, index) => {
    const event = eventOf(line);
    if (event) events.push(event);
    else damaged.push(index + 1);
  });
  return { events, damaged };
}

/** The file operations that a journal needs. */
export type JournalFile = Pick<FileHandle, 'appendFile' | 'datasync' | 'truncate' | 'close'>;

/** How long to wait for space on a full disk. The run pauses meanwhile, and loses nothing. */
const PAUSES_MS = [2_000, 4_000, 8_000, 16_000, 32_000, 64_000];

/**
 * The append-only journal of one run. Events become durable in groups: one fdatasync covers all events that arrived
 * in the meantime.
 */
export class Journal {
  readonly #file: JournalFile;
  readonly #pauses: readonly number[];
  /** Whether the disk was still full after the last pause. */
  #full = false;
  /** Bytes of complete lines. */
  #size: number;
  #waiting: string[] = [];
  /** The sync that will include the pending events. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  /** `size` is the length of the file in bytes, all complete lines. */
  constructor(file: JournalFile, size: number, pauses: readonly number[] = PAUSES_MS) {
    this.#file = file;
    this.#size = size;
    this.#pauses = pauses;
  }

  static async open(file: string): Promise<Journal> {
    await makeFolderWithin(dirname(file));
    const handle = await open(file, 'a+');
    shareAsAround(file);
    const { length } = wholeLines(await handle.readFile('utf8'));
    // The next event must not be appended to a torn line.
    await truncate(file, length);
    return new Journal(handle, length);
  }

  /** Resolves when the event is on disk. Events resolve in order. */
  append(event: RunEvent): Promise<void> {
    this.#waiting.push(JSON.stringify(event) + '\n');
    // One sync for all events that arrive before it begins. Callers wait for the same promise, so they resume in
    // order.
    if (this.#next === undefined) {
      this.#next = this.#last.catch(() => {}).then(() => this.#sync());
      this.#last = this.#next;
    }
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#file.close();
  }

  async #sync(): Promise<void> {
    const group = this.#waiting.join('');
    this.#waiting = [];
    this.#next = undefined;
    await this.#write(group);
  }

  async #write(group: string): Promise<void> {
    for (const pause of [...(this.#full ? [] : this.#pauses), undefined]) {
      try {
        await this.#file.appendFile(group);
        await this.#file.datasync();
        this.#size += Buffer.byteLength(group);
        this.#full = false;
        return;
      } catch (error) {
        // A part of the line may have been written.
        await this.#file.truncate(this.#size).catch(() => {});
        const isFull = isErrno(error, 'ENOSPC', 'EDQUOT');
        this.#full = isFull && pause === undefined;
        if (pause === undefined || !isFull) throw error;
        await delay(pause);
      }
    }
  }
}

function wholeLines(text: string): { lines: string[]; length: number } {
  let end = text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, end).split('\n').slice(0, -1);
  const last = lines.at(-1);
  // A torn block may also leave a line of zero bytes.
  if (last !== undefined && !eventOf(last)) {
    lines.pop();
    end = text.lastIndexOf('\n', end - 2) + 1;
  }
  return { lines, length: Buffer.byteLength(text.slice(0, end)) };
}

/** Undefined for a line that is not an event. */
export function eventOf(line: string): RunEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return upgradeEvent(event);
  } catch {
    return undefined;
  }
}
