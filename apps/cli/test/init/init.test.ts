import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { configText } from '../../src/init/config-text.ts';
import { detectProject } from '../../src/init/project.ts';

const TESTED = '{"scripts": {"test": "vitest"}}';

test.each([
  [
    { 'package.json': TESTED, 'pnpm-lock.yaml': '' },
    { setup: 'pnpm install --frozen-lockfile', test: 'pnpm test' },
  ],
  [
    { 'package.json': TESTED, 'package-lock.json': '' },
    { setup: 'npm ci', test: 'npm test' },
  ],
  [{ 'package.json': TESTED }, { test: 'npm test' }],
  [{ 'package.json': '{"scripts": {"test": "echo no test specified && exit 1"}}' }, {}],
  [{ 'package.json': 'broken' }, {}],
  [{ Makefile: 'all:\n\ntest:\n\ttrue\n' }, { test: 'make test' }],
  [{ 'Cargo.toml': '' }, { test: 'cargo test' }],
  [{}, {}],
])('how a project is installed and tested is read from its files: %j', (files, project) => {
  const root = temporaryFolder();
  put(root, files);
  expect(detectProject(root)).toEqual(project);
});

test.each([
  ['claude', { setup: 'npm ci', test: 'it\'s "quoted"' }],
  [undefined, {}],
])('the configuration that is written can be read', async (agent, project) => {
  const root = temporaryFolder();
  put(root, { 'sage.config.yaml': configText(agent, project, 'config.schema.json') });
  expect(await readConfig(join(root))).toMatchObject({
    ...(agent !== undefined && { agent }),
    ...('test' in project && { verify: { command: project.test } }),
    worktrees: { keepIgnored: true },
  });
});
