import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommitQueue } from '../../src/index.ts';
import { put, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { landAll, MAIN, queueOn, repositoryWith, tip, workCommit } from '../fixture.ts';

/** Has git run a program for every file, merge and signature; where it is run is said in the file that this returns. */
function configureProgram(root: string): string {
  const proof = join(temporaryFolder(), 'run');
  const program = join(temporaryFolder(), 'program');
  writeFileSync(program, `#!/bin/sh\necho run >> '${proof}'\ncat\n`);
  chmodSync(program, 0o755);
  const settings = ['merge.p.driver', 'filter.p.smudge', 'filter.p.clean', 'gpg.program', 'core.fsmonitor'];
  for (const name of settings) userGit(root, 'config', name, program);
  userGit(root, 'config', 'commit.gpgSign', 'true');
  mkdirSync(join(root, '.git/info'), { recursive: true });
  writeFileSync(join(root, '.git/info/attributes'), '* filter=p merge=p\n');
  return proof;
}

test('no landing, recovery, audit or prediction uses what is configured after the queue was opened', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n2\n3\n4\n5\n', b: 'x\n' });
  const base = tip(repository);
  await add('ONE', { a: 'one\n2\n3\n4\n5\n', b: 'y\n' }, base);
  await add('TWO', { a: '1\n2\n3\n4\nfive\n', c: '1\n' }, base);
  const later = workCommit(repository, { a: '1\n2\n3\n4\n6\n' }, base);
  const proof = configureProgram(repository.root);
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }, { state: 'landed' }]);
  const files = [{ path: 'b', edit: (text: string) => `${text}z\n` }];
  await queue.landManagedFiles({ target: MAIN, message: 'chore', files });
  expect(await queue.predict({ commit: later, target: MAIN })).toEqual(['a']);
  expect(await queue.recover()).toEqual([]);
  expect((await queue.audit({ target: MAIN })).problems).toEqual([]);
  expect(existsSync(proof)).toBe(false);
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('one\n2\n3\n4\nfive\n');
  expect(userGit(repository.root, 'cat-file', 'commit', MAIN)).not.toContain('gpgsig');
  await queue[Symbol.asyncDispose]();
  expect(readdirSync(join(repository.root, '.git'))).not.toContain('sage-settings');
});

test('a checkout that is cut off in mid-move is completed with the settings of the opening', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  await add('T', { a: '2\n' });
  await landAll(queue);
  const [landed, old] = userGit(repository.root, 'rev-list', '--first-parent', '-2', MAIN).split('\n');
  userGit(repository.root, 'read-tree', '-m', '-u', 'HEAD', old ?? '');
  const checkouts = [{ worktree: repository.root, managed: [] }];
  const intent = { target: MAIN, old, new: landed, checkouts, entries: [] };
  put(repository.root, { '.sage/commit-queue/intent.json': JSON.stringify(intent) });
  const proof = configureProgram(repository.root);
  await queue.recover();
  expect(existsSync(proof)).toBe(false);
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('2\n');
});

test('what is configured when the queue is opened holds, also where it is included or removed later', async () => {
  const repository = await repositoryWith({ '.gitattributes': 'a merge=both\n', a: '1\n' });
  const base = tip(repository);
  const works = ['one\n', 'two\n'].map((a) => workCommit(repository, { a }, base));
  const included = join(temporaryFolder(), 'in "cluded"');
  writeFileSync(included, '[merge "both"]\n\tdriver = "cat \\"%B\\" >> \\"%A\\" # both\\n"\n');
  userGit(repository.root, 'config', 'include.path', included);
  const queue = await openCommitQueue({ repository });
  for (const [n, commit] of works.entries())
    await queue.enqueue({ ticket: `T-${n}`, target: MAIN, message: 'T', base, commit });
  userGit(repository.root, 'config', '--unset', 'include.path');
  writeFileSync(included, '');
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }, { state: 'landed' }]);
  expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('one\ntwo\n');
});

test('in a shared repository what the queue writes is shared, too', async () => {
  const repository = await repositoryWith({ a: '1' });
  userGit(repository.root, 'config', 'core.sharedRepository', 'group');
  const objects = join(repository.gitDir, 'objects');
  const before = new Set(readdirSync(objects));
  const queue = await openCommitQueue({ repository });
  const base = tip(repository);
  for (let n = 0; n < 3; n += 1) {
    const commit = workCommit(repository, { [`f${n}`]: `${n}` }, base);
    await queue.enqueue({ ticket: `T${n}`, target: MAIN, message: 'm', base, commit });
  }
  await landAll(queue);
  const fresh = readdirSync(objects).filter((name) => !before.has(name));
  expect(fresh).not.toEqual([]);
  const modes = fresh.map((name) => statSync(join(objects, name)).mode & 0o2070);
  expect(new Set(modes)).toEqual(new Set([0o2070]));
  for (const folder of ['.sage', '.sage/commit-queue', '.git/sage-queue', '.git/sage-queue/lock']) {
    const path = join(repository.root, folder);
    expect([folder, statSync(path).mode & 0o2070]).toEqual([folder, 0o2070]);
    for (const { name } of readdirSync(path, { withFileTypes: true }).filter((each) => each.isFile()))
      expect([name, statSync(join(path, name)).mode & 0o060]).toEqual([name, 0o060]);
  }
});
