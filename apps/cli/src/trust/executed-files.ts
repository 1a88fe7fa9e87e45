import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** More files are not followed: a configuration that loads so much is a program. */
const MAX_FILES = 100;
const IMPORT =
  /(?:\bfrom|\bimport|\brequire|\bimport\s*\(|\brequire\s*\()\s*\(?\s*['"`](\.{1,2}\/[^'"`\n]+)['"`]/g;
const ENDINGS = ['', '.ts', '.js', '.mjs', '.cjs', '.mts', '.cts', '.json', '/index.ts', '/index.js'];

/** A program and the files that it imports by a relative path, with their content. Packages are not followed. */
export async function executedFiles(file: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const pending = [[file]];
  for (let names = pending.pop(); names !== undefined && found.size < MAX_FILES; names = pending.pop()) {
    for (const name of names) {
      if (found.has(name)) break;
      const text = await readFile(name, 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      found.set(name, text);
      for (const [, path = ''] of text.matchAll(IMPORT))
        pending.push(ENDINGS.map((ending) => join(dirname(name), path) + ending));
      break;
    }
  }
  return found;
}
