import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkConfig } from '../src/config.ts';
import { configSchema } from '../src/config-schema.ts';

const isRead = (value: unknown) => {
  try {
    checkConfig(value, 'sage.config.json');
    return true;
  } catch {
    return false;
  }
};

test('the schema that is published is that of the configuration (vitest run -u writes it)', async () => {
  const text = `${JSON.stringify(configSchema(), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../config.schema.json'));
});

test.each([
  {},
  { $schema: './config.schema.json', agent: 'claude', verify: 'npm test' },
  { verify: { command: 'npm test', slots: 2, mode: 'batch', timeout: '10m', environment: ['NODE_ENV'] } },
  { parallel: 'auto', maxAttempts: 3, maxCost: 1.5, landing: 'merge', only: ['A-1'] },
  { agents: { mine: 'my-agent', other: { command: 'other', events: 'claude', permissions: 'all' } } },
  { sandbox: { network: false, writable: ['~/.npm'] }, limits: { disk: '20GB' } },
  { rules: [{ minComplexity: 8, agent: 'claude' }], attempts: [{}, { model: 'large' }] },
  { worktrees: { setup: 'npm ci', outsideSandbox: { setup: 'up' } }, componentLimits: { api: 2 } },
  { verfy: 'npm test' },
  { verify: { slots: 2 } },
  { verify: '' },
  { maxAttempts: 0 },
  { maxCost: -1 },
  { landing: 'fast-forward' },
  { rules: [{ minComplexity: 11 }] },
  { worktrees: { setUp: 'npm ci' } },
  { agents: { mine: { resume: 'x' } } },
  { componentLimits: { api: 0 } },
])('what fits the schema is read, and nothing else: %j', (value) => {
  const schema = z.fromJSONSchema(configSchema());
  expect(schema.safeParse(value).success).toBe(isRead(value));
});

test('each setting says what it is', () => {
  const { properties } = configSchema() as { properties: Record<string, { description?: string }> };
  const silent = Object.entries(properties).flatMap(([key, { description }]) => (description ? [] : [key]));
  expect(silent).toEqual([]);
});
