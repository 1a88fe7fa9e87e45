import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { determineWorkerCount } from '@sage/scheduler';
import { runsDirectory } from '../journal/journal.ts';

/** What a person asks of a run that works. */
export interface Control {
  readonly paused: boolean;
  readonly workers: number;
}

/** More than anybody writes: whatever else is there need not be read. */
const LARGEST = 4_096;

export function controlFile(root: string, run: string): string {
  return join(runsDirectory(root), run, 'control.json');
}

/** undefined where there is none. What it throws says in one line why the file cannot be obeyed. */
export async function readControl(file: string): Promise<Control | undefined> {
  const status = await stat(file).catch(() => undefined);
  if (!status) return undefined;
  if (!status.isFile() || status.size > LARGEST) throw new Error('no small file');
  return parseControl(await readFile(file, 'utf8'));
}

function parseControl(text: string): Control {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('no object');
  const { v, paused, workers }: { v?: unknown; paused?: unknown; workers?: unknown } = value;
  if (v !== 1) throw new Error('"v" is not 1');
  if (typeof paused !== 'boolean') throw new Error('"paused" is neither true nor false');
  if (typeof workers !== 'number') throw new Error('"workers" is no number');
  return { paused, workers: determineWorkerCount(workers, Infinity) };
}

/** Whole or not at all. */
export async function writeControl(file: string, { paused, workers }: Control): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify({ v: 1, paused, workers })}\n`, { flag: 'wx' });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
