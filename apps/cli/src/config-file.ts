import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { isErrno, SAGE_PATHS } from '@sage/git';
import { defaultLoaders } from 'cosmiconfig';
import { ConfigError } from './errors.ts';

const PACKAGE = 'package.json';
/** Names of configuration files. */
const NAMES: readonly string[] = [
  '.sagerc',
  ...['json', 'yaml', 'yml', 'js', 'mjs', 'cjs', 'ts', 'mts'].flatMap((ending) => [
    `sage.config.${ending}`,
    `.sagerc.${ending}`,
  ]),
];
/** Extensions of those that are programs. */
const PROGRAMS = ['.js', '.mjs', '.cjs', '.ts', '.mts'];

/** The files of a repository that configure later runs. `prompt` is the setting of that name. */
export function configurationFiles(prompt: string | undefined) {
  return {
    names: NAMES,
    paths: [prompt ?? SAGE_PATHS.prompt],
    member: { name: PACKAGE, member: 'sage' },
  };
}

/** Whether reading a configuration file runs it. */
export function isProgram(file: string): boolean {
  return PROGRAMS.includes(extname(file));
}

/**
 * The nearest configuration file in a directory or above it, up to the top of its repository; undefined if there is
 * none. Runs nothing.
 * @throws {ConfigError} if there are two in one place.
 */
export async function findConfig(directory: string): Promise<string | undefined> {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const [file, other] = await configFilesIn(at);
    if (file !== undefined && other !== undefined)
      throw new ConfigError(file, `${basename(other)} also configures sage: keep one of them`);
    if (file !== undefined) return file;
    if (existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

async function configFilesIn(directory: string): Promise<string[]> {
  const files = NAMES.map((name) => join(directory, name)).filter(existsSync);
  const manifest = join(directory, PACKAGE);
  if (existsSync(manifest) && (await settingsOfPackage(manifest)) !== undefined) files.push(manifest);
  return files;
}

/** Reads the settings in a configuration file. If it is a program, runs it. */
export async function loadConfig(file: string): Promise<unknown> {
  try {
    if (basename(file) === PACKAGE) return await settingsOfPackage(file);
    const text = await readFile(file, 'utf8');
    if (text.trim() === '') return undefined;
    const load = isProgram(file)
      ? defaultLoaders['.js']
      : extname(file) === '.json'
        ? defaultLoaders['.json']
        : defaultLoaders['.yaml'];
    return (await load(file, text)) as unknown;
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const [line] = isErrno(cause, 'EISDIR')
      ? ['it is a folder: sage expects a file of this name']
      : (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new ConfigError(file, `cannot be read: ${line}`, { cause });
  }
}

/** Ignores a manifest that npm could not read either. */
async function settingsOfPackage(file: string): Promise<unknown> {
  try {
    const manifest: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'sage' in manifest
      ? manifest.sage
      : undefined;
  } catch {
    return undefined;
  }
}
