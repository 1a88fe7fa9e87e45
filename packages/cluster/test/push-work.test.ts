import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openRepository } from '@sage/git';
import { repository, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { pushWork } from '../src/worker/push-work.ts';

const REF = 'refs/sage/work/T-1/1-1';

async function mirror() {
  const own = repository({ 'README.md': 'hello\n' });
  const remote = temporaryFolder();
  userGit(remote, 'init', '--quiet', '--bare');
  own.git('remote', 'add', 'origin', remote);
  const commit = own.git('rev-parse', 'HEAD');
  const there = () => userGit(remote, 'for-each-ref', '--format=%(refname) %(objectname)');
  return { own, remote, commit, there, opened: await openRepository(own.root) };
}

const nobodyStops = new AbortController().signal;

test('work is pushed once; the same work that is there already is success', async () => {
  const { commit, there, opened } = await mirror();
  await pushWork(opened, { ref: REF, commit }, nobodyStops);
  await pushWork(opened, { ref: REF, commit }, nobodyStops);
  expect(there()).toBe(`${REF} ${commit}`);
});

test('other work at the same place is not replaced: it stays in the mirror, and its place is told', async () => {
  const { own, commit, there, opened } = await mirror();
  await pushWork(opened, { ref: REF, commit }, nobodyStops);
  const other = own.git('commit-tree', '-p', commit, '-m', 'other', 'HEAD^{tree}');
  await expect(pushWork(opened, { ref: REF, commit: other }, nobodyStops)).rejects.toThrow(
    `which is in ${opened.root} as refs/sage/interrupted/T-1/1-1`,
  );
  expect(there()).toBe(`${REF} ${commit}`);
  expect(own.git('rev-parse', 'refs/sage/interrupted/T-1/1-1')).toBe(other);
});

test('a remote that does not come back in time leaves the work in the mirror', async () => {
  const { own, commit, opened } = await mirror();
  own.git('remote', 'set-url', 'origin', '/nowhere');
  await expect(pushWork(opened, { ref: REF, commit }, nobodyStops, 0)).rejects.toThrow(
    'could not push its work',
  );
  expect(own.git('rev-parse', 'refs/sage/interrupted/T-1/1-1')).toBe(commit);
});

test('work that nobody waits for any more is not pushed', async () => {
  const { own, commit, there, opened } = await mirror();
  await expect(pushWork(opened, { ref: REF, commit }, AbortSignal.abort())).rejects.toThrow(
    'nobody waits for it any more',
  );
  expect(there()).toBe('');
  expect(own.git('rev-parse', 'refs/sage/interrupted/T-1/1-1')).toBe(commit);
});

test('a remote that refuses work says why', async () => {
  const { remote, commit, opened } = await mirror();
  const hook = join(remote, 'hooks/pre-receive');
  mkdirSync(dirname(hook), { recursive: true });
  writeFileSync(hook, '#!/bin/sh\necho "ask Una for the right to push" >&2\nexit 1\n', { mode: 0o755 });
  await expect(pushWork(opened, { ref: REF, commit }, nobodyStops)).rejects.toThrow(
    'git push ended with exit code 1: the remote refuses it: pre-receive hook declined: ask Una for the right to push',
  );
});
