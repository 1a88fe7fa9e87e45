import { readFile, realpath } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** More files are not followed, because a configuration should not load this much. */
const MAX_FILES = 100;
const IMPORT =
  /(?:\bfrom|\bimport|\brequire|\bimport\s*\(|\brequire\s*\()\s*\(?\s*(?:\/\*.*?\*\/\s*)?['"`]([^'"`\n]+)['"`]/gs;
const ENDINGS = ['', '.ts', '.js', '.mjs', '.cjs', '.mts', '.cts', '.json', '/index.ts', '/index.js'];

/**
 * A program and the files that it imports, by real path, with their content. Installed packages are not followed, but
 * packages of the repository itself are.
 */
export async function executedFiles(file: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const pending = [[file]];
  for (let names = pending.pop(); names !== undefined && found.size < MAX_FILES; names = pending.pop()) {
    for (const name of names) {
      // Node resolves imports from the target of a link.
      const real = await realpath(name).catch(() => undefined);
      const text = real === undefined ? undefined : await readFile(real, 'utf8').catch(() => undefined);
      if (real === undefined || text === undefined) continue;
      if (found.has(real) || (found.size > 0 && isInstalled(real))) break;
      found.set(real, text);
      for (const [, path = ''] of text.matchAll(IMPORT)) pending.push(...(await placesOf(path, real)));
      break;
    }
  }
  return found;
}

/** Files that an import may refer to, each as a list of names with the likeliest first. */
async function placesOf(path: string, from: string): Promise<string[][]> {
  const relative = /^\.{1,2}(\/|$)/.test(path);
  if (relative || isAbsolute(path)) {
    const place = relative ? join(dirname(from), path) : path;
    return [ENDINGS.map((ending) => place + ending)];
  }
  try {
    if (path.startsWith('file:')) return [[fileURLToPath(path)]];
    const manifest = findPackageJSON(path.startsWith('#') ? '.' : path, from);
    return manifest === undefined || isInstalled(await realpath(manifest)) ? [] : await filesOf(manifest);
  } catch {
    return [];
  }
}

/**
 * All files that the manifest of a package in the repository names. Which of them are used depends on the importer.
 */
async function filesOf(manifest: string): Promise<string[][]> {
  const { main, exports, imports } = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, unknown>;
  const named = [main ?? 'index.js', ...[exports, imports].flatMap(textsIn)].flatMap(textsIn);
  return named.map((path) => ENDINGS.map((ending) => join(dirname(manifest), path) + ending));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function isInstalled(path: string): boolean {
  return path.includes(`${sep}node_modules${sep}`);
}
