import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** What is wrong with the picture of a run. */
function wrongIn(svg: string): string[] {
  const texts = svg.replaceAll(/<[^>]+>/g, '');
  return [
    ...['7 completed, 1 deferred, 1 blocked', '(attempt 2)', 'of 9 landed'].filter(
      (text) => !texts.includes(text),
    ),
    ...['prefers-color-scheme: dark', 'prefers-reduced-motion'].filter((text) => !svg.includes(text)),
    // Neither a request to a server, nor a script, nor a path of who recorded it.
    ...(svg
      .replace('http://www.w3.org/2000/svg', '')
      .match(/https?:|<script|url\(|\/(?:tmp|home|Users)\//g) ?? []),
    ...[...svg.matchAll(/href="#(\w+)"/g)].flatMap(([, id]) => (svg.includes(`id="${id}"`) ? [] : [id!])),
  ];
}

test('a run is recorded as a picture that needs nothing else', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sage-record-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'run.svg');
  execFileSync(process.execPath, [join(ROOT, 'scripts/record-run.mjs'), file, '300']);
  expect(wrongIn(await readFile(file, 'utf8'))).toEqual([]);
});

test('so is the picture that README shows', async () => {
  expect(await readFile(join(ROOT, 'README.md'), 'utf8')).toContain('](docs/run.svg)');
  expect(wrongIn(await readFile(join(ROOT, 'docs/run.svg'), 'utf8'))).toEqual([]);
});
