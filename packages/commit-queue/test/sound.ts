import { expect } from 'vitest';
import type { QueueEntry } from '../src/index.ts';
import { userGit } from '@sage/test-support/repository';

/**
 * What plain git says of landings: each entry is on the target once, as the true merge of its parent and its work,
 * and nothing is damaged.
 */
export function expectSound(root: string, entries: readonly QueueEntry[], target = 'refs/heads/main'): void {
  const format = '--format=%H %(trailers:key=Sage-Entry,valueonly,separator=%x2C)';
  const log = userGit(root, 'log', '--first-parent', format, target).split('\n');
  for (const { id, commit, ticket } of entries) {
    const carriers = log.filter((line) => line.endsWith(` ${id}`)).map((line) => line.split(' ')[0]);
    expect(carriers, `landings of ${ticket}`).toHaveLength(1);
    const merge = userGit(root, 'merge-tree', '--write-tree', `${carriers[0]}^`, commit);
    expect(userGit(root, 'rev-parse', `${carriers[0]}^{tree}`), `the tree of ${ticket}`).toBe(merge);
  }
  userGit(root, 'fsck', '--strict', '--no-dangling');
}
