import { join } from 'node:path';
import { replaceFile } from '@sage/git';
import { SettingError } from '../errors.ts';
import { socketFilter } from './socket-filter.ts';

/**
 * Writes the filter that refuses Unix sockets into the folder of worktrees, where no sandbox writes. Returns its path.
 *
 * @throws {SettingError} where it is not known for this machine.
 */
export async function writeSocketFilter(directory: string): Promise<string> {
  const filter = socketFilter(process.arch);
  if (filter === undefined)
    throw new SettingError(
      'sandbox',
      `sandbox.sockets: false needs x64 or arm64, and this is ${process.arch}`,
    );
  const file = join(directory, 'no-sockets');
  await replaceFile(file, filter);
  return file;
}
