import { join } from 'node:path';
import {
  collectWorktree,
  GitSession,
  moveWorktree,
  prepareRepository,
  PinnedSettings,
  readTemplate,
  writeRepository,
} from '../../src/index.ts';
import { userGit, type Files } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { head, NOON, repositoryWith, SAGE } from '../fixture.ts';

/** A worktree as agents get it, and what becomes of it. */
export async function worker(files: Files) {
  const repository = await repositoryWith(files);
  const room = temporaryFolder();
  const [tree, indexFile] = [join(room, 'w'), join(room, 'w.index')];
  const base = head(repository);
  const template = await readTemplate(repository, await PinnedSettings.of(repository));
  await moveWorktree({ repository, workTree: tree, indexFile }, base);
  await prepareRepository(template, tree);
  await writeRepository(tree, { commit: base, indexFile });
  const gitDir = join(tree, '.git');
  userGit(tree, 'config', 'user.name', 'Agent');
  userGit(tree, 'config', 'user.email', 'agent@example.org');
  const collect = async (refer?: (commit: string) => Promise<void>) => {
    await using session = new GitSession(repository);
    return await collectWorktree({
      repository,
      session,
      template,
      workTree: tree,
      indexFile,
      indexCommit: base,
      base,
      exclude: ['.sage/'],
      message: 'feat: all of it',
      author: SAGE,
      date: NOON,
      refer,
    });
  };
  /** What it changes altogether. */
  const show = (commit = '') =>
    userGit(repository.root, '-c', 'core.quotePath=false', 'diff-tree', '-r', '--name-status', base, commit);
  const log = (commit = '') => userGit(repository.root, 'log', '--format=%an: %s', `${base}..${commit}`);
  return { repository, tree, base, gitDir, collect, show, log };
}
