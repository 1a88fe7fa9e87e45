import { isAbsolute, join } from 'node:path';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

/** A line of git's configuration; without a value it means true. */
export interface Setting {
  readonly key: string;
  readonly value: string | undefined;
}

/** The settings of a repository's own files, what they include in its place. */
export async function readSettings(
  repository: Repository,
  from: readonly string[] = ['--local'],
): Promise<Setting[]> {
  const listed = await git(repository, ['config', ...from, '--includes', '--list', '-z']);
  return listed.split('\0').flatMap((record) => {
    const newline = record.indexOf('\n');
    const key = newline < 0 ? record : record.slice(0, newline);
    if (key === '' || /^include(if)?\./i.test(key)) return [];
    const value = newline < 0 ? undefined : record.slice(newline + 1);
    // Said from the repository on, which these settings may leave.
    const moved = key === 'lfs.storage' && value !== undefined && !isAbsolute(value);
    return [{ key, value: moved ? join(repository.commonDir, value) : value }];
  });
}

/** As a configuration file. */
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

/** In double quotes with C escapes, as git's configuration and lists of alternates take them. */
export function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
