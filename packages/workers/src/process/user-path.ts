import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** Expands a path in a setting: `~/` is HOME, `$NAME` the folder that a variable names. Empty if that is not set. */
export function userPath(path: string, variables: NodeJS.ProcessEnv): string[] {
  const [, name, rest = ''] = /^\$(\w+)(\/.*)?$/.exec(path) ?? [];
  if (name !== undefined)
    return [variables[name] ?? ''].filter((value) => isAbsolute(value)).map((value) => value + rest);
  return [path.startsWith('~/') ? join(homeOf(variables), path.slice(2)) : path];
}

export function homeOf(variables: NodeJS.ProcessEnv): string {
  return variables['HOME'] || homedir();
}

/** The path with links resolved; undefined if nothing is there. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** The path with links resolved as far as it exists. */
export function realPlace(path: string): string {
  return realPath(path) ?? (dirname(path) === path ? path : join(realPlace(dirname(path)), basename(path)));
}

/** Whether a path is a folder or inside it. */
export function isWithin(path: string, folder: string): boolean {
  return `${path}/`.startsWith(folder === '/' ? folder : `${folder}/`);
}
