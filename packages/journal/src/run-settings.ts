import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolderWithin, replaceFile } from '@sage/git';
import { runsDirectory } from './journal.ts';

/**
 * Saves settings of the program that began a run, for the program that resumes it. Any JSON; readable only by the
 * user.
 */
export async function writeRunSettings(root: string, run: string, settings: unknown): Promise<void> {
  const file = settingsFile(root, run);
  await makeFolderWithin(dirname(file));
  await replaceFile(file, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600, durable: true });
}

/** Undefined if there are none, or if they cannot be read. */
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
