import { unfinishedRuns } from '@sage/journal';
import { branchResidue } from './branch-residue.ts';
import { folderResidue } from './folder-residue.ts';
import type { Found, ResidueOptions } from './residue.ts';
import { runResidue } from './run-residue.ts';

/** Looks at all that runs leave; changes nothing. Work that has not landed is never among what can go. */
export async function findResidue(options: ResidueOptions): Promise<Found> {
  const unfinished = await unfinishedRuns(options.repository.root);
  const found = [
    await branchResidue(options.repository, unfinished),
    await runResidue(options, unfinished),
    await folderResidue(options, unfinished),
  ];
  return {
    remove: found.flatMap(({ remove }) => remove),
    keep: found.flatMap(({ keep }) => keep),
  };
}
