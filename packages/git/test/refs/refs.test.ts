import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  checkRefFormat,
  encodeRefComponent,
  GitError,
  isAncestor,
  listRefs,
  readRef,
  RefMovedError,
  resolveCommit,
  updateRefs,
} from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { head, repositoryWith } from '../fixture.ts';

test('names resolve to full ids, everything else to undefined', async () => {
  const repository = await repositoryWith({ a: '1' });
  const tip = head(repository);
  userGit(repository.root, 'tag', '-m', 'v', 'v1');
  for (const name of ['main', 'HEAD', 'v1', 'refs/heads/main', tip]) {
    expect(await resolveCommit(repository, name)).toBe(tip);
  }
  for (const name of ['nope', '', '--all', 'HEAD:a', 'a\0b', '1'.repeat(40), 'HEAD~9', 'HEAD..HEAD']) {
    expect(await resolveCommit(repository, name)).toBeUndefined();
  }
});

test('a ref is read by its exact name only', async () => {
  const repository = await repositoryWith({ a: '1' });
  userGit(repository.root, 'tag', 'refs/heads/ghost');
  expect(await readRef(repository, 'refs/heads/main')).toBe(head(repository));
  expect(await readRef(repository, 'refs/heads/ghost')).toBeUndefined();
});

test('a ref is read as git reads it, wherever git keeps it', async () => {
  const repository = await repositoryWith({ a: '1' });
  const { root, commonDir } = repository;
  const [first, second] = [head(repository), commitAll(root, { a: '2' })];
  for (const name of ['packed', 'moved', 'deleted', 'deep/er', 'deep/gone'])
    userGit(root, 'branch', name, first);
  userGit(root, 'pack-refs', '--all');
  userGit(root, 'branch', '--force', 'moved', second);
  userGit(root, 'branch', '-D', 'deleted', 'deep/gone');
  userGit(root, 'branch', 'loose', second);
  userGit(root, 'symbolic-ref', 'refs/heads/symbolic', 'refs/heads/packed');
  // A folder that git leaves where it takes no ref for it.
  mkdirSync(join(commonDir, 'refs/heads/packed'));
  const names = [
    'packed',
    'moved',
    'deleted',
    'deep',
    'deep/er',
    'deep/gone',
    'loose',
    'symbolic',
    'acked',
    'none',
  ];
  const byGit = (name: string) => {
    const { stdout } = spawnSync('git', ['show-ref', '--verify', '--hash', `refs/heads/${name}`], {
      cwd: root,
    });
    return stdout.toString().trim() || undefined;
  };
  const read = async () =>
    Promise.all(names.map(async (name) => [name, await readRef(repository, `refs/heads/${name}`)]));
  const expected = names.map((name) => [name, byGit(name)]);
  expect(expected.map(([, oid]) => oid)).toContain(first);
  expect(await read()).toEqual(expected);
  for (let count = 0; count < 15_000; count += 1)
    appendFileSync(
      join(commonDir, 'packed-refs'),
      `${second} refs/tags/v${String(count).padStart(20, '0')}\n`,
    );
  expect(await read()).toEqual(expected);
});

test('a transaction with one moved ref changes none', async () => {
  const repository = await repositoryWith({ a: '1' });
  const [first, second] = [head(repository), commitAll(repository.root, { a: '2' })];
  await updateRefs(repository, [
    { ref: 'refs/sage/a', old: 'absent', new: first },
    { ref: 'refs/sage/b', old: undefined, new: first },
  ]);
  const failed = updateRefs(repository, [
    { ref: 'refs/sage/a', old: first, new: second },
    { ref: 'refs/sage/b', old: second, new: 'delete' },
  ]);
  await expect(failed).rejects.toMatchObject({
    code: 'REF_MOVED',
    ref: 'refs/sage/b',
    expected: second,
    actual: first,
  });
  expect(await listRefs(repository, 'refs/sage')).toEqual([
    { ref: 'refs/sage/a', oid: first },
    { ref: 'refs/sage/b', oid: first },
  ]);
  await expect(updateRefs(repository, [{ ref: 'refs/sage/a', old: 'absent', new: first }])).rejects.toThrow(
    RefMovedError,
  );
  await updateRefs(repository, [{ ref: 'refs/sage/a', old: first, new: 'delete' }]);
  expect(await readRef(repository, 'refs/sage/a')).toBeUndefined();
});

test('of many concurrent compare-and-swaps from one value exactly one wins', async () => {
  const repository = await repositoryWith({ a: '1' });
  const first = head(repository);
  const next = [2, 3, 4, 5, 6].map((n) => commitAll(repository.root, { a: `${n}` }));
  await updateRefs(repository, [{ ref: 'refs/sage/x', old: 'absent', new: first }]);
  const results = await Promise.allSettled(
    next.map((oid) => updateRefs(repository, [{ ref: 'refs/sage/x', old: first, new: oid }])),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  expect(failures.every((failure) => failure.startsWith('RefMovedError'))).toBe(true);
});

test('a lock that never goes away is a git error, not a moved ref', async () => {
  const repository = await repositoryWith({ a: '1' });
  writeFileSync(join(repository.gitDir, 'refs/heads/main.lock'), '');
  const failed = updateRefs(repository, [
    { ref: 'refs/heads/main', old: head(repository), new: head(repository) },
  ]);
  await expect(failed).rejects.toThrow(GitError);
});

test('ancestry and ref names', async () => {
  const repository = await repositoryWith({ a: '1' });
  const [first, second] = [head(repository), commitAll(repository.root, { a: '2' })];
  expect(await isAncestor(repository, first, second)).toBe(true);
  expect(await isAncestor(repository, second, first)).toBe(false);
  await expect(isAncestor(repository, '1'.repeat(40), first)).rejects.toThrow(GitError);
  expect(await checkRefFormat('refs/heads/a b')).toBe(false);
  expect(await checkRefFormat('refs/heads/ä')).toBe(true);
  for (const ref of [
    'refs/heads/a',
    'refs/heads/a-b/C_1',
    'refs/heads/-a',
    'refs/heads/a.lock',
    'refs/-a/b',
  ]) {
    const { status } = spawnSync('git', ['check-ref-format', ref]);
    expect(await checkRefFormat(ref)).toBe(status === 0);
  }
});

test('usual ids are their own ref component', () => {
  for (const id of ['PAR-001', 'A-B-C12', 'X_1', '7']) expect(encodeRefComponent(id)).toBe(id);
});

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.stringMatching(/^[.~^: \-/@{}\\*?[\]a-cA-C\n]{0,12}$/),
  fc.constantFrom(
    '',
    '..',
    '.lock',
    'a.lock',
    '-x',
    '@',
    '@{',
    'a/b',
    'a/',
    '\ud800',
    '\udfff',
    '\ufffd',
    'par-001',
    'PAR-001',
    'é',
    'e\u0301',
    '__proto__',
  ),
);

test('any two ids give two components that differ even when case is folded', () => {
  fc.assert(
    fc.property(nasty, nasty, (a, b) => {
      fc.pre(a !== b);
      expect(encodeRefComponent(a).toLowerCase()).not.toBe(encodeRefComponent(b).toLowerCase());
    }),
    { numRuns: 500 },
  );
});

test('every component is short and a valid ref', async () => {
  for (const id of fc.sample(nasty, { numRuns: 40, seed: 7 })) {
    const component = encodeRefComponent(id);
    expect(Buffer.byteLength(component)).toBeLessThanOrEqual(200);
    expect(component).not.toMatch(/[/\0]/);
    expect(await checkRefFormat(`refs/sage/queue/${component}`)).toBe(true);
  }
});

test('git moves a ref and then fails, as HEAD has a reflog that cannot be written: it has been moved', async () => {
  const repository = await repositoryWith({ a: '1' });
  const first = head(repository);
  const second = commitAll(repository.root, { a: '2' });
  rmSync(join(repository.gitDir, 'logs/HEAD'));
  mkdirSync(join(repository.gitDir, 'logs/HEAD/full'), { recursive: true });
  await updateRefs(repository, [{ ref: 'refs/heads/main', old: second, new: first }]);
  expect(head(repository)).toBe(first);
});
