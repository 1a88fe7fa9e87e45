import { isAbsolute, join } from 'node:path';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

/** A line of git's configuration. Without a value it means true. */
export interface Setting {
  readonly key: string;
  readonly value: string | undefined;
}

/** Git's configuration for a repository, with included files expanded in place. */
export interface Configuration {
  /**
   * Settings of the machine, the user, the repository and the checkout, in this order. The last setting of a key
   * wins.
   */
  readonly all: readonly Setting[];
  /** Only those from the repository's own files. */
  readonly local: readonly Setting[];
}

export async function readConfiguration(repository: Repository): Promise<Configuration> {
  const args = ['config', '--show-scope', '--includes', '--list', '-z'];
  const fields = (await git(repository, args, { ownConfig: true })).split('\0');
  const all: Setting[] = [];
  const local: Setting[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const found = settingsOf(repository, fields[at + 1] ?? '');
    all.push(...found);
    if (fields[at] === 'local') local.push(...found);
  }
  return { all, local };
}

/** The settings of one file, with its includes expanded in place. */
export async function readSettings(repository: Repository, file: string): Promise<Setting[]> {
  const listed = await git(repository, ['config', '--file', file, '--includes', '--list', '-z']);
  return listed.split('\0').flatMap((record) => settingsOf(repository, record));
}

/** The effective value of a key; empty if there is none. */
export function settingOf(settings: readonly Setting[], key: string): string {
  return settings.findLast((setting) => setting.key === key)?.value ?? '';
}

function settingsOf({ commonDir }: Repository, record: string): Setting[] {
  const newline = record.indexOf('\n');
  const key = newline < 0 ? record : record.slice(0, newline);
  if (key === '' || /^include(if)?\./i.test(key)) return [];
  const value = newline < 0 ? undefined : record.slice(newline + 1);
  // Relative to the repository, which these settings may leave.
  const moved = key === 'lfs.storage' && value !== undefined && !isAbsolute(value);
  return [{ key, value: moved ? join(commonDir, value) : value }];
}

/** Formats settings as a configuration file. */
export function formatSettings(settings: readonly Setting[]): string {
  return settings
    .map(({ key, value }) => {
      const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')];
      const section = key.slice(0, first);
      const header = first === last ? `[${section}]` : `[${section} ${quote(key.slice(first + 1, last))}]`;
      const name = key.slice(last + 1);
      return `${header}\n\t${value === undefined ? name : `${name} = ${quote(value)}`}\n`;
    })
    .join('');
}

/** In double quotes with C escapes, as git's configuration and alternates files expect. */
export function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
