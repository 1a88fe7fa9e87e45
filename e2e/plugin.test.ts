import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TICKET_INDEX_SCHEMA } from '@sage/tickets';
import { expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const ROOT = join(import.meta.dirname, '..');
const PLUGIN = join(ROOT, 'integrations/claude-code');
const SKILL = join(PLUGIN, 'skills/writing-tickets');
const manifest = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

test("the index that the plugin's skill shows is sound, and what a run needs of it is there", async () => {
  const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(readFileSync(join(SKILL, 'SKILL.md'), 'utf8')) ?? [];
  const sandbox = await Sandbox.create(example);
  const { exitCode, stdout } = await sandbox.sage(
    'validate',
    '--strict',
    '--check=schema,dependencies,files',
  );
  expect(stdout).not.toMatch(/^(?:warn|fail)/m);
  expect(exitCode).toBe(0);
  const { exitCode: planned } = await sandbox.sage('stream', '--dry-run');
  expect(planned).toBe(0);
});

test("the plugin's schema is that of the index (vitest run -u writes it)", async () => {
  const text = `${JSON.stringify(TICKET_INDEX_SCHEMA, undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(SKILL, 'index.schema.json'));
});

test('the marketplace offers the plugin, and both say the same of it', () => {
  const { plugins } = manifest(join(ROOT, '.claude-plugin/marketplace.json')) as {
    plugins: { name: string; source: string; description: string }[];
  };
  const { name, description } = manifest(join(PLUGIN, '.claude-plugin/plugin.json'));
  expect(plugins).toEqual([{ name, source: './integrations/claude-code', description }]);
});
