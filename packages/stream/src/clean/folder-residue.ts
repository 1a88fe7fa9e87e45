import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SAGE_PATHS, worktreeDirectory } from '@sage/git';
import type { RecordedRun } from '@sage/journal';
import type { Found, Residue, ResidueOptions } from './residue.ts';

/** No process uses such a folder for longer than this without writing to it. */
const OLD_MS = 86_400_000;
/** Folders in the git directory that contain a temporary folder for each process. */
const OF_KILLED = ['sage-settings', 'sage-objects'];

/** Worktrees that no run will resume, and leftovers of killed processes and older versions. */
export async function folderResidue(
  { repository, worktreesDirectory, now }: ResidueOptions,
  unfinished: readonly RecordedRun[],
): Promise<Found> {
  const found = { remove: [] as Residue[], keep: [] as Residue[] };
  const worktrees = worktreeDirectory(repository.root, worktreesDirectory);
  if (await isFolder(worktrees)) {
    const residue = { kind: 'worktrees', name: worktrees } as const;
    if (unfinished.length > 0)
      found.keep.push({ ...residue, why: 'a run that is not over may have work there' });
    else found.remove.push({ ...residue, why: 'no run works there' });
  }
  for (const former of [SAGE_PATHS.formerWorktrees, SAGE_PATHS.formerRepository]) {
    const name = join(repository.root, former);
    if (!(await isFolder(name))) continue;
    found.remove.push({ kind: 'leftover', name, why: 'an older version of sage used it' });
  }
  for (const folder of OF_KILLED)
    for (const each of await readdir(join(repository.commonDir, folder)).catch(() => [])) {
      const name = join(repository.commonDir, folder, each);
      const status = await stat(name).catch(() => undefined);
      if (status === undefined || now.getTime() - status.mtimeMs < OLD_MS) continue;
      found.remove.push({ kind: 'leftover', name, why: 'a killed process left it' });
    }
  return found;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
