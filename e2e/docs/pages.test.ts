import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingKeys } from './json-shape.ts';
import { readPage, writePage } from './page.ts';
import { pageText, runPage } from './run-page.ts';
import { sameOutput } from './same-output.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'EXAMPLES.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

test.concurrent.for(PAGES)(
  '%s shows what its commands print (vitest run -u writes it)',
  { timeout: 120_000 },
  async (path, { expect }) => {
    const text = await pageText(path);
    const page = readPage(text);
    const commands = page.parts.filter((part) => typeof part !== 'string');
    if (commands.length === 0) return;
    const printed = await runPage(page);
    const outputs = printed.map((output, at) => {
      const { shown = '', anyOrder, isSample } = commands[at]!;
      if (isSample) {
        expect(missingKeys(shown, output)).toEqual([]);
        return shown;
      }
      return sameOutput(shown, output, anyOrder) ? shown : output;
    });
    await expect(writePage(page, outputs)).toMatchFileSnapshot(join(ROOT, path));
  },
);

test('a page is read and written without a change', async () => {
  for (const path of PAGES) {
    const text = await pageText(path);
    const page = readPage(text);
    const shown = page.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.shown ?? '']));
    expect(writePage(page, shown)).toBe(text);
  }
});

test('hashes, dates, durations and widths of columns may differ, nothing else', () => {
  const shown =
    'landed  A-1  04ab84ffac  12 min\nrun 20261128-231402-fd4133 on sage/2026-11-28-fd4133, finished 21:14';
  const printed =
    'landed A-1 e5ab84ff00  1.2 s\nrun 20261129-231402-0d4133 on sage/2026-11-29-0d4133, finished 09:00';
  expect(sameOutput(shown, printed, false)).toBe(true);
  expect(sameOutput(shown, printed.replace('A-1', 'A-2'), false)).toBe(false);
  expect(sameOutput('first\n...\nlast', 'first\nsecond\nthird\nlast', false)).toBe(true);
  expect(sameOutput('first\n...\nlast', 'first\nsecond\nlast\nno', false)).toBe(false);
  expect(sameOutput('worker 1 A\nworker 2 B', 'worker 1 B\nworker 2 A', true)).toBe(true);
  expect(sameOutput('worker 1 A\nworker 2 B', 'worker 1 A\nworker 2 A', true)).toBe(false);
});

test('a sample of JSON has no key that is not printed', () => {
  const printed = '{"v":1,"runs":[{"run":"a","landed":1}],"deferred":[]}';
  expect(missingKeys('{"v":2,\n "runs":[{"run":"b"}, ...],"deferred":[{"ticket":"A-1"}]}', printed)).toEqual(
    [],
  );
  expect(missingKeys('{"runs":[{"state":"over"}],"blocked":[]}', printed)).toEqual([
    'runs[].state',
    'blocked',
  ]);
});

test('commands in a block of another kind are refused', () => {
  expect(() => readPage('```\n$ sage status\n```\n')).toThrow(/line 1: commands stand in blocks/);
  expect(() => readPage('1. So:\n   ```console\n')).toThrow(/line 2: a block begins/);
  expect(() => readPage('```console\nhello\n```\n')).toThrow(/line 2: output without a command/);
  const { parts } = readPage('```sh not-run: needs an account\nsage stream\n```\n');
  expect(parts.every((part) => typeof part === 'string')).toBe(true);
});
