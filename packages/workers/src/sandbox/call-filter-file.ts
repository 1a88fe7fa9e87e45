import { join } from 'node:path';
import { replaceFile } from '@sage/git';
import { SettingError } from '../errors.ts';
import { callFilter } from './call-filter.ts';
import type { SandboxSettings } from './sandbox-settings.ts';

/**
 * Writes the filter of system calls into the folder of worktrees, where no sandbox writes. Returns its path; undefined
 * where there is none for this machine.
 *
 * @throws {SettingError} where the settings ask for what it alone can do.
 */
export async function writeCallFilter(
  directory: string,
  settings: SandboxSettings,
): Promise<string | undefined> {
  const filter = callFilter(process.arch, settings);
  if (filter === undefined && settings.sockets === false)
    throw new SettingError(
      'sandbox',
      `sandbox.sockets: false needs x64 or arm64, and this is ${process.arch}`,
    );
  if (filter === undefined) return undefined;
  const file = join(directory, 'refused-calls');
  await replaceFile(file, filter);
  return file;
}
