import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolderWithin, replaceFile } from '@sage/git';
import { runsDirectory } from './journal.ts';

/** What the program that began a run keeps for the one that resumes it: JSON of its own, for the user's eyes only. */
export async function writeRunSettings(root: string, run: string, settings: unknown): Promise<void> {
  const file = settingsFile(root, run);
  await makeFolderWithin(dirname(file));
  await replaceFile(file, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600, durable: true });
}

/** Undefined if there are none, or none that can be read. */
export async function readRunSettings(root: string, run: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(settingsFile(root, run), 'utf8'));
  } catch {
    return undefined;
  }
}

function settingsFile(root: string, run: string): string {
  return join(runsDirectory(root), run, 'settings.json');
}
