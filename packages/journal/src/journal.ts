import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SAGE_PATHS } from '@sage/git';
import type { RunEvent } from './events.ts';
import { upgradeEvent } from './upgrade-event.ts';

export function runsDirectory(root: string): string {
  return join(root, SAGE_PATHS.runs);
}

export function journalFile(root: string, run: string): string {
  return join(runsDirectory(root), run, 'journal.jsonl');
}

/**
 * The events of a run in the order they were written. A torn last line (power cut, kill) and any other damaged line are
 * left out.
 */
export async function readJournal(file: string): Promise<RunEvent[]> {
  return parseJournal(await readFile(file, 'utf8')).events;
}

/** `damaged`: 1-based numbers of lines before the last that hold no event. */
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

/** The append-only journal of one run. Events become durable in groups: one fdatasync covers all that came meanwhile. */
export class Journal {
  readonly #handle: FileHandle;
  #waiting: string[] = [];
  #syncing: Promise<void> | undefined;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(file: string): Promise<Journal> {
    await mkdir(join(file, '..'), { recursive: true });
    const handle = await open(file, 'a+');
    const { length } = wholeLines(await handle.readFile('utf8'));
    // The next event must not be appended to a torn line.
    await truncate(file, length);
    return new Journal(handle);
  }

  /** Resolves when the event is on the disk. */
  async append(event: RunEvent): Promise<void> {
    this.#waiting.push(JSON.stringify(event) + '\n');
    while (this.#waiting.length > 0) {
      this.#syncing ??= this.#sync();
      await this.#syncing;
    }
    await this.#syncing;
  }

  async close(): Promise<void> {
    await this.#syncing;
    await this.#handle.close();
  }

  async #sync(): Promise<void> {
    const group = this.#waiting.join('');
    this.#waiting = [];
    try {
      await this.#handle.appendFile(group);
      await this.#handle.datasync();
    } finally {
      this.#syncing = undefined;
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

/** undefined for a line that holds no event. */
export function eventOf(line: string): RunEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return upgradeEvent(event);
  } catch {
    return undefined;
  }
}
