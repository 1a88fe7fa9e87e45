import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { trustProgram } from '../src/trust/trust.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
const BLOCKS = [
  { name: 'sage.config.yaml', block: /^```yaml\n(# sage\.config\.yaml\n.*?)^```$/gms },
  { name: 'sage.config.ts', block: /^```ts\n(.*?^\} satisfies SageConfig;\n)^```$/gms },
  { name: 'sage.config.json', block: /^```json\n(\{ "\$schema".*?)^```$/gms },
];

/** The configurations that the pages show: page, name of the file, text. */
const SHOWN = readdirSync(DOCS)
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) => {
    const text = readFileSync(join(DOCS, page), 'utf8');
    return BLOCKS.flatMap(({ name, block }) =>
      [...text.matchAll(block)].map(([, content]) => [page, name, content!] as const),
    );
  });

test('the pages show configurations of each kind', () => {
  expect(new Set(SHOWN.map(([, name]) => name))).toEqual(new Set(BLOCKS.map(({ name }) => name)));
});

test.each(SHOWN)('%s shows a %s that can be read', async (_, name, content) => {
  const root = temporaryFolder();
  put(root, { 'package.json': '{"type": "module"}', [name]: content });
  const variables = { HOME: temporaryFolder() };
  if (name.endsWith('.ts')) await trustProgram(join(root, name), variables);
  expect(Object.keys(await readConfig(root, variables))).not.toEqual([]);
});
