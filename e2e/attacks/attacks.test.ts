import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxVersion } from '@sage/workers';
import { expect, test } from 'vitest';
import { ATTACKS } from './attacks.ts';
import { playAttacks } from './play.ts';
import { PROMISES } from './promises.ts';

/** A slice of `pnpm attacks`: one of each kind. */
const CHOSEN = [
  "write the user's profile",
  'a link instead of output.log',
  'setup writes outside',
  'read a login of npm, through its link',
  'a key through a link that Sage reads as the result',
  'git configuration, with commits of its own: core.fsmonitor',
  'plant a hook in settings that are there',
  'a socket below HOME',
  'a socket that is made while it runs',
];

test('no two attacks have one name, and each says why it fails', () => {
  expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
  expect(ATTACKS.filter(({ because }) => because === '')).toEqual([]);
  expect(ATTACKS.length).toBeGreaterThanOrEqual(60);
});

const text = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

test('each promise of SECURITY.md has its tests', () => {
  const [, promised = ''] = /\n## What is promised\n(.*?)\n## /s.exec(text('SECURITY.md')) ?? [];
  const lines = promised.split('\n').flatMap((line) => /^- (.*)$/.exec(line)?.[1] ?? []);
  expect(Object.keys(PROMISES)).toEqual(lines);
  const missing = Object.entries(PROMISES).filter(([, proof]) =>
    'file' in proof ? !text(proof.file).includes(proof.title) : proof.length === 0,
  );
  expect(missing).toEqual([]);
});

test('a limit of SECURITY.md that a test shows has that test, word for word', () => {
  const [, limits = ''] = /\n## What is not promised\n(.*?)\n## /s.exec(text('SECURITY.md')) ?? [];
  const titles = limits.split('\n').flatMap((line) => /^- (.*)\.$/.exec(line)?.[1] ?? []);
  const tests = text('packages/workers/test/sandbox/limits.test.ts');
  const shown = [...tests.matchAll(/^ {2}'(.+)',$/gm)].map(([, title = '']) => title);
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.filter((title) => !titles.some((line) => line.startsWith(title)))).toEqual([]);
});

test.skipIf((await sandboxVersion('/')) === undefined)('attacks on a sandbox fail', async () => {
  const played = await playAttacks({ user: 'user', sandbox: true, network: false, attacks: CHOSEN });
  expect(played.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  expect(played).toHaveLength(CHOSEN.length);
});
