import { openRepository } from '@sage/git';
import { repository, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { CodeExchange } from '../src/coordinator/code-exchange.ts';
import { SpentRefs } from '../src/coordinator/spent-refs.ts';
import { baseRef, resultRef } from '../src/protocol/names.ts';

/** A coordinator's repository with a bare one as its remote. */
async function bench() {
  const own = repository({ 'README.md': 'hello\n' });
  const remote = temporaryFolder();
  userGit(remote, 'init', '--quiet', '--bare');
  own.git('remote', 'add', 'origin', remote);
  own.git('push', '--quiet', 'origin', 'HEAD:refs/heads/main');
  const opened = await openRepository(own.root);
  const base = own.git('rev-parse', 'HEAD');
  const commitOn = (parent: string, message: string) =>
    own.git('commit-tree', '-p', parent, '-m', message, 'HEAD^{tree}');
  const refs = () =>
    userGit(remote, 'for-each-ref', '--format=%(refname)', 'refs/sage').split('\n').filter(Boolean);
  const pins = () => own.git('for-each-ref', '--format=%(refname)', 'refs/sage').split('\n').filter(Boolean);
  const code = new CodeExchange(opened, { name: 'origin', url: remote }, 'run-1');
  /** What a worker pushes. */
  const push = (ticket: string, fence: number, commit: string) => {
    own.git('push', '--quiet', 'origin', `${commit}:${resultRef(ticket, 1, fence)}`);
    return { ref: resultRef(ticket, 1, fence), head: commit, base };
  };
  return { own, opened, code, base, commitOn, refs, pins, push };
}

test('work is taken where its ref is the commit that was told, on its base', async () => {
  const { code, base, commitOn, push, own } = await bench();
  const work = push('T-1', 1, commitOn(base, 'work'));
  expect(await code.receive('T-1', work)).toBeUndefined();
  expect(await code.receive('T-1', { ...work, head: base })).toMatch(
    /^refs\/sage\/work\/T-1\S* is \w+, not /,
  );
  expect(await code.receive('T-1', { ...work, ref: resultRef('T-1', 1, 2) })).toMatch(
    / is not on the remote$/,
  );
  const elsewhere = own.git('commit-tree', '-m', 'of nothing', 'HEAD^{tree}');
  expect(await code.receive('T-2', push('T-2', 1, elsewhere))).toBe(
    `${elsewhere} does not descend from ${base}`,
  );
});

test('a remote that is away is an error, and no verdict on the work', async () => {
  const { code, base, commitOn, push, own } = await bench();
  const work = push('T-1', 1, commitOn(base, 'work'));
  own.git('remote', 'set-url', 'origin', '/nowhere');
  await expect(code.receive('T-1', work)).rejects.toThrow('/nowhere');
});

test('what has landed, and bases that nobody works on, are removed many at a time while a run works', async () => {
  const { own, refs, pins, base, opened } = await bench();
  const names = Array.from({ length: 70 }, (_, n) => `refs/sage/work/T-${n}/1-1`);
  own.git('push', '--quiet', 'origin', ...names.map((ref) => `${base}:${ref}`));
  for (const ref of names.slice(0, 30)) own.git('update-ref', ref, base);
  const spent = new SpentRefs(opened, 'origin');
  for (const ref of names.slice(0, 30)) spent.add({ there: [ref], here: [ref] });
  for (const ref of names.slice(30)) spent.add({ there: [ref] });
  await spent.recall('refs/sage/other');
  expect([refs(), pins()]).toEqual([[], []]);
});

test('a ticket that has landed, and a base without an attempt, are spent', async () => {
  const { code, base, commitOn, refs, pins, push } = await bench();
  const work = push('T-1', 1, commitOn(base, 'work'));
  await code.sendBase(base, 'T-1');
  await code.receive('T-1', work);
  await code.sendBase(work.head, 'T-2');
  code.landed('T-1');
  code.releaseBase(base, 'T-1');
  expect(await code.tidy([], async () => '')).toEqual([]);
  expect([refs(), pins()]).toEqual([[], []]);
});

test('a base that is used again is there, also when it was about to be removed', async () => {
  const { code, base, commitOn, refs } = await bench();
  const next = commitOn(base, 'next');
  await code.sendBase(base, 'T-1');
  code.releaseBase(base, 'T-1');
  await code.sendBase(next, 'T-2');
  await code.sendBase(base, 'T-3');
  expect(refs()).toEqual([baseRef('run-1', base), baseRef('run-1', next)].toSorted());
});

test('at the end all of the run goes, of earlier processes as well; work that nobody received is kept', async () => {
  const { own, code, base, commitOn, refs, pins, push } = await bench();
  push('T-1', 1, commitOn(base, 'received by an earlier process'));
  const late = commitOn(base, 'late');
  push('T-2', 2, late);
  push('T-9', 1, commitOn(base, 'of another run'));
  own.git(
    'push',
    '--quiet',
    'origin',
    `${base}:${baseRef('run-1', base)}`,
    `${base}:${baseRef('run-2', base)}`,
  );
  // These are on the remote only.
  const remote = own.git('remote', 'get-url', 'origin');
  const [foreign = '', other = ''] = ['pushed late', 'too late'].map((message) =>
    userGit(
      remote,
      '-c',
      'user.name=W',
      '-c',
      'user.email=w@example.org',
      'commit-tree',
      '-p',
      base,
      '-m',
      message,
      `${base}^{tree}`,
    ),
  );
  userGit(remote, 'update-ref', resultRef('T-3', 1, 3), foreign);
  userGit(remote, 'update-ref', resultRef('T-4', 1, 4), other);
  const sent = [1, 2, 3, 4].map((n) => ({ ticket: `T-${n}`, attempt: 1, fence: n, landed: n === 4 }));
  const kept: [string, string][] = [];
  const told = await code.tidy(sent, async (ticket, commit) => {
    kept.push([ticket, commit]);
    own.git('update-ref', `refs/kept/${ticket}`, commit);
    return `refs/kept/${ticket}`;
  });
  expect(told).toEqual([
    { ticket: 'T-3', ref: 'refs/kept/T-3' },
    { ticket: 'T-4', ref: undefined },
  ]);
  expect(kept).toEqual([['T-3', foreign]]);
  expect(own.git('cat-file', '-t', foreign)).toBe('commit');
  expect(refs()).toEqual([baseRef('run-2', base), resultRef('T-9', 1, 1)]);
  expect(pins()).toEqual([]);
});

test('work of several commits is on its base, and its changed files have their names', async () => {
  const { own, code, base, push } = await bench();
  own.commit({ 'src/é.ts': '1\n', 'README.md': 'hello you\n' });
  const head = own.commit({ 'src/new\nline.ts': '2\n' });
  expect(await code.receive('T-1', push('T-1', 1, head))).toBeUndefined();
  expect((await code.changedFiles(base, head)).toSorted()).toEqual([
    'README.md',
    'src/new\nline.ts',
    'src/é.ts',
  ]);
  // Whoever asks whether a path is protected must not take this for "nothing has changed".
  await expect(code.changedFiles(base, 'f'.repeat(40))).rejects.toThrow('is not in the repository');
});
