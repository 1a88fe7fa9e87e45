import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../repository.ts';

/** Files below `info/` that change which content git sees. */
const FILES = ['attributes', 'exclude', 'grafts'];

/** The contents of those that exist. */
export async function readInfo({ commonDir }: Repository): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of FILES) {
    const text = await readFile(join(commonDir, 'info', name), 'utf8').catch(() => undefined);
    if (text !== undefined) found[name] = text;
  }
  return found;
}
