import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from './events.ts';

export function runsDirectory(root: string): string {
  return join(root, '.sage/runs');
}

export function journalFile(root: string, run: string): string {
  return join(runsDirectory(root), run, 'journal.jsonl');
}

/** Events of a run in the order they were written. A torn last line (power cut, kill) is dropped. */
export async function readJournal(file: string): Promise<RunEvent[]> {
  const { lines } = wholeLines(await readFile(file, 'utf8'));
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

/** Append-only journal of one run: events become durable in groups, one fdatasync for all that came meanwhile. */
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
    // Cut a torn line off, else the next event would be appended to it.
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
  const lines = text
    .slice(0, end)
    .split('\n')
    .filter((line) => line !== '');
  const last = lines.at(-1);
  // A torn block may also leave a line of zero bytes.
  if (last !== undefined && !isJson(last)) {
    lines.pop();
    end = text.lastIndexOf('\n', end - 2) + 1;
  }
  return { lines, length: Buffer.byteLength(text.slice(0, end)) };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
