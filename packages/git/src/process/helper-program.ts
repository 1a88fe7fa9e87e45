import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';

/** A program that Sage itself runs, with the PATH for the programs that it starts. */
export interface HelperProgram {
  /** Absolute; the bare name if the program was not found. */
  readonly program: string;
  readonly path: string;
}

/** Tops of all repositories that this process has worked in. Programs are not taken from any of them. */
const tops = new Set<string>();
const asked = new Set<string>();
const known = new Map<string, HelperProgram>();

/**
 * Finds a program on PATH; the result is cached for this PATH. Anyone who can write to a folder on PATH could plant a
 * program there. So it skips the repositories that Sage works in, npm's program folders, and folders that depend on
 * the current directory.
 */
export function helperProgram(
  name: string,
  folders: readonly string[],
  path: string = process.env['PATH'] ?? '',
): HelperProgram {
  for (const folder of folders) remember(folder);
  const key = `${name}\0${path}`;
  const found = known.get(key);
  // The program may have been removed since.
  if (found !== undefined && existsSync(found.program)) return found;
  const places = path.split(delimiter).filter((place) => isSafe(place, [...tops]));
  const program = places.map((place) => join(place, name)).find(isProgram) ?? name;
  const helper = { program, path: places.join(delimiter) };
  known.set(key, helper);
  return helper;
}

function remember(folder: string): void {
  if (asked.has(folder)) return;
  asked.add(folder);
  for (const top of topOf(folder)) {
    if (!tops.has(top)) known.clear();
    tops.add(top);
  }
}

function isSafe(place: string, tops: readonly string[]): boolean {
  if (!isAbsolute(place)) return false;
  const real = realOf(place);
  if ([place, real].some((one) => /\/node_modules\/(.*\/)?\.bin(\/|$)/.test(`${one}/`))) return false;
  return !tops.some((top) => [place, real].some((one) => `${one}${sep}`.startsWith(`${top}${sep}`)));
}

/** The top of the repository that contains a folder. A repository at the root of the file system does not count. */
function topOf(folder: string): string[] {
  for (let at = realOf(folder); dirname(at) !== at; at = dirname(at))
    if (existsSync(join(at, '.git'))) return [at];
  return [];
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
