import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { determineWorkerCount } from '@sage/scheduler';
import { replaceFile } from '@sage/git';
import { runsDirectory } from '@sage/journal';

/** A person's request to an active run. */
export interface Control {
  readonly paused: boolean;
  readonly workers: number;
}

/** Sage writes less than this, so a larger file is not from Sage. */
const MAX_BYTES = 4_096;

export function controlFile(root: string, run: string): string {
  return join(runsDirectory(root), run, 'control.json');
}

/** Undefined if there is no file. Throws an error that says in one line why the file cannot be used. */
export async function readControl(file: string): Promise<Control | undefined> {
  const status = await stat(file).catch(() => undefined);
  if (!status) return undefined;
  if (!status.isFile() || status.size > MAX_BYTES) throw new Error('it is not a small regular file');
  return parseControl(await readFile(file, 'utf8'));
}

function parseControl(text: string): Control {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('it is not a JSON object');
  const { v, paused, workers }: { v?: unknown; paused?: unknown; workers?: unknown } = value;
  if (v !== 1) throw new Error('"v" is not 1');
  if (typeof paused !== 'boolean') throw new Error('"paused" is neither true nor false');
  if (typeof workers !== 'number') throw new Error('"workers" is not a number');
  return { paused, workers: determineWorkerCount(workers, Infinity) };
}

export async function writeControl(file: string, { paused, workers }: Control): Promise<void> {
  await replaceFile(file, `${JSON.stringify({ v: 1, paused, workers })}\n`);
}
