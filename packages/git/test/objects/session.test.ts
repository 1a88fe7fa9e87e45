import { execFileSync } from 'node:child_process';
import { truncateSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commitTree, GitSession, mergeTrees, removeTornObjects, syncDisk } from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { head, NOON, repositoryWith, SAGE } from '../fixture.ts';

/** main at `edit` of a; `side` with another edit of a, `apart` with a file of its own. */
async function branches(...init: string[]) {
  const repository = await repositoryWith({ a: '1\n', b: '1\n' }, ...init);
  const base = head(repository);
  const branch = (files: Record<string, string>) => {
    userGit(repository.root, 'checkout', '--quiet', '--detach', base);
    return commitAll(repository.root, files);
  };
  const [edit, side, apart] = [branch({ a: '2\n' }), branch({ a: '3\n' }), branch({ c: '3\n' })];
  userGit(repository.root, 'checkout', '--quiet', 'main');
  return { repository, base, edit, side, apart };
}

test('merges over one process say what single merges say, conflicts and failures included', async () => {
  const { repository, base, edit, side, apart } = await branches();
  await using session = new GitSession(repository);
  for (const [ours, theirs] of [
    [base, edit],
    [edit, base],
    [edit, apart],
    [apart, edit],
    [edit, side],
    [side, apart],
  ] as const)
    expect(await session.merge(ours, theirs)).toEqual(await mergeTrees(repository, ours, theirs));
  await expect(session.merge(edit, 'f'.repeat(40))).rejects.toMatchObject({ code: 'GIT_FAILED' });
  expect((await session.merge(edit, apart)).conflicts).toEqual([]);
});

test('a commit written in process is the one that git writes', async () => {
  const { repository, base } = await branches();
  const tree = userGit(repository.root, 'rev-parse', `${base}^{tree}`);
  await using session = new GitSession(repository);
  const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', ' . ', 'A <b> "c"', 'Zoë, Jr.'));
  await fc.assert(
    fc.asyncProperty(name, fc.string({ unit: 'grapheme' }), async (who, message) => {
      // Of these git makes something of its own, or refuses them.
      fc.pre(/[a-zA-Z]/.test(who) && message.trim() !== '');
      const person = { name: who.replaceAll(/[^\x20-\x7e]/g, ''), email: 'una@example.org', date: NOON };
      const content = { tree, parents: [base], message, author: person, committer: { ...SAGE, date: NOON } };
      expect(await session.writeCommit(content)).toBe(await commitTree(repository, content));
    }),
    { numRuns: 15 },
  );
  userGit(repository.root, 'fsck', '--strict');
});

test.each(['sha1', 'sha256'])('names, commits, differences and refs over %s', async (format) => {
  const { repository, base, edit } = await branches(`--object-format=${format}`);
  await using session = new GitSession(repository);
  expect(await session.readRef('refs/heads/main')).toBe(base);
  for (const missing of ['refs/heads/none', 'f'.repeat(base.length), '', 'a b'])
    expect(await session.readRef(missing)).toBeUndefined();
  const raw = await session.readCommit(edit);
  expect(raw).toMatchObject({ parents: [base], encoding: undefined });
  expect(raw?.author).toContain('Una User <una@example.org>');
  const tree = userGit(repository.root, 'rev-parse', `${base}^{tree}`);
  expect((await session.diffTrees(tree, raw?.tree ?? '')).toString()).toContain('M\0a\0');
  expect(await session.diffTrees(tree, tree)).toHaveLength(0);
  const author = { line: raw?.author ?? '' };
  const content = { tree, parents: [base], message: 'm\n', author, committer: { ...SAGE, date: NOON } };
  const commit = await session.writeCommit(content);
  await session.updateRefs([{ ref: 'refs/heads/main', old: base, new: commit }]);
  const again = session.updateRefs([{ ref: 'refs/heads/main', old: base, new: edit }]);
  await expect(again).rejects.toMatchObject({ code: 'REF_MOVED', actual: commit });
  await session.updateRefs([{ ref: 'refs/heads/main', old: commit, new: edit }]);
  expect(head(repository)).toBe(edit);
  expect(await syncDisk(repository.root)).toBe(process.platform === 'linux');
});

test('loose objects that do not hold what they say are removed, others stay', async () => {
  const { repository, edit, side } = await branches();
  const file = join(repository.gitDir, 'objects', edit.slice(0, 2), edit.slice(2));
  chmodSync(file, 0o644);
  truncateSync(file, 0);
  expect(await removeTornObjects(repository, Date.now() + 60_000)).toEqual([]);
  expect(await removeTornObjects(repository, 0)).toEqual([edit]);
  expect(userGit(repository.root, 'cat-file', '-t', side)).toBe('commit');
});

test('where no more files may be opened, git does not run, and says so', async () => {
  const repository = await repositoryWith({ a: '1' });
  const child = fileURLToPath(new URL('../handles-child.ts', import.meta.url));
  const node = [process.execPath, '--conditions=@sage/source', '--disable-warning=ExperimentalWarning'];
  const args = ['-c', 'ulimit -n 128; exec "$@"', 'sh', ...node, child, repository.root];
  const output = execFileSync('sh', args, { encoding: 'utf8' });
  const failure = expect.stringMatching(
    /^GitError: git cat-file did not run: spawn \S*git EMFILE$/,
  ) as unknown;
  expect(output.split('\n')).toEqual([failure, failure, failure, '']);
});
