import { git, type Repository } from '@sage/git';
import { CannotStartError } from '../errors.ts';

/** The first git that merges without a checkout (`merge-tree --write-tree`). */
const OLDEST = [2, 38] as const;

/** @throws CannotStartError GIT_TOO_OLD */
export async function assertGitVersion(repository: Repository): Promise<void> {
  const text = await git(repository, ['version']);
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(text)?.map(Number) ?? [];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new CannotStartError('GIT_TOO_OLD', `${text} is too old: install git ${OLDEST.join('.')} or newer`);
}
