import { gitVersion, OLDEST_GIT } from '@sage/git';
import { CannotStartError } from '../errors.ts';

/** @throws {CannotStartError} `GIT_TOO_OLD` */
export async function assertGitVersion(directory: string): Promise<void> {
  const { version, isSupported } = await gitVersion(directory);
  if (isSupported) return;
  throw new CannotStartError('GIT_TOO_OLD', `git ${version} is too old: install git ${OLDEST_GIT} or newer`);
}
