import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';

/** A program that Sage itself runs, and the PATH on which that program finds others. */
export interface HelperProgram {
  /** Absolute; the bare name where none was found. */
  readonly program: string;
  readonly path: string;
}

/** Tops of all repositories that this process has worked in: git in one of them must not be another one's either. */
const tops = new Set<string>();
const asked = new Set<string>();
const known = new Map<string, HelperProgram>();

/**
 * Looks a program up on PATH, once for these folders. Whoever may write to one of the folders could plant a program of
 * that name there, so nothing is taken from the repositories that they are in, from npm's folders of programs, or from
 * a folder that depends on where the process runs.
 */
export function helperProgram(
  name: string,
  folders: readonly string[],
  path: string = process.env['PATH'] ?? '',
): HelperProgram {
  for (const folder of folders) remember(folder);
  const key = `${name}\0${path}`;
  const found = known.get(key);
  // Programs may be removed while a long process works.
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

/** The top of the repository that a folder is in. One of the whole file system says nothing. */
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
