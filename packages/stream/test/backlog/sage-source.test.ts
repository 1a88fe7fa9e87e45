import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@sage/git';
import { backlog } from '@sage/test-support';
import { repository } from '@sage/test-support/repository';
import { SAGE_INDEX } from '@sage/tickets';
import { expect, test } from 'vitest';
import { SageSource } from '../../src/backlog/sage-source.ts';

async function open(target: string) {
  const made = repository({ 'README.md': 'hello\n', [SAGE_INDEX]: backlog([{ id: 'A-1' }]) });
  return { ...made, source: new SageSource(await openRepository(made.root), target) };
}

const write = (root: string, ids: readonly string[]) =>
  writeFileSync(join(root, SAGE_INDEX), backlog(ids.map((id) => ({ id }))));
const ids = async (source: SageSource) => (await source.read()).tickets.map(({ id }) => id);

test('the index of the checkout counts while the target is checked out', async () => {
  const { root, source } = await open('refs/heads/main');
  write(root, ['A-1', 'A-2']);
  expect(await ids(source)).toEqual(['A-1', 'A-2']);
  expect(source.readsCheckout).toBe(true);
});

test('a target that is not checked out has its own index', async () => {
  const { root, git, source } = await open('refs/heads/main');
  git('switch', '--quiet', '--create', 'other');
  write(root, ['B-1']);
  expect(await ids(source)).toEqual(['A-1']);
  expect((await source.read()).file).toBe(`refs/heads/main:${SAGE_INDEX}`);
  expect(source.readsCheckout).toBe(false);
});

test('a target that is still to be made begins as what is checked out', async () => {
  const { root, source } = await open('refs/heads/sage/new');
  write(root, ['A-1', 'A-3']);
  expect(await ids(source)).toEqual(['A-1', 'A-3']);
  expect(source.readsCheckout).toBe(true);
});

test('its version changes with the file, with the branch that is checked out, and with the target elsewhere', async () => {
  const { root, git, commit, source } = await open('refs/heads/main');
  const versions = [await source.version()];
  const look = async () => {
    await source.read();
    versions.push(await source.version());
  };
  write(root, ['A-1', 'A-2']);
  await look();
  git('switch', '--quiet', '--create', 'other');
  await look();
  const tip = commit({ 'x.txt': 'x' });
  git('branch', '--force', 'main', tip);
  await look();
  expect(new Set(versions).size).toBe(versions.length);
  expect(await source.version()).toBe(versions.at(-1));
});

test('states are written into the file, also many at a time, and tickets that are gone are left out', async () => {
  const { root, source } = await open('refs/heads/main');
  write(root, ['A-1', 'A-2']);
  const at = '2026-01-01T00:00:00.000Z';
  await Promise.all(['A-1', 'A-2', 'GONE'].map((id) => source.write([{ id, state: 'COMPLETED', at }])));
  const { tickets } = await source.read();
  expect(tickets.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED']);
});

test('it is tracked where the target has it', async () => {
  const { git, source } = await open('refs/heads/main');
  expect(await source.isTracked()).toBe(true);
  git('rm', '--quiet', '--cached', SAGE_INDEX);
  git('commit', '--quiet', '--message=untrack');
  expect(await source.isTracked()).toBe(false);
});
