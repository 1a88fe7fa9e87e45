import { join } from 'node:path';
import { replaceFile } from '@sage/git';
import { SettingError } from '../errors.ts';
import { callFilter } from './call-filter.ts';
import type { SandboxSettings } from './sandbox-settings.ts';

/**
 * Writes the system call filter into the worktrees' folder, where no sandbox can write. Returns its path; undefined
 * if there is none for this machine.
 * @throws {SettingError} if the settings depend on the filter.
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
