import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { findConfig } from '../src/config-file.ts';
import { checkConfig, readConfig } from '../src/config.ts';
import { trustProgram } from '../src/trust/trust.ts';

function directoryWith(files: Record<string, string>): string {
  const directory = temporaryFolder();
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files }))
    put(directory, { [name]: text });
  return directory;
}

test.each([
  ['.sagerc', 'parallel: 3\nverify: npm test\n'],
  ['.sagerc.json', '{"parallel": 3, "verify": "npm test"}'],
  ['sage.config.yaml', 'parallel: 3\nverify: npm test\n'],
  ['sage.config.js', 'export default { parallel: 3, verify: "npm test" };'],
  ['sage.config.ts', 'export default { parallel: 3, verify: "npm test" } as const satisfies object;'],
  ['package.json', '{"sage": {"parallel": 3, "verify": "npm test"}}'],
])('settings are read from %s', async (name, text) => {
  const directory = directoryWith({ [name]: text });
  const variables = { HOME: temporaryFolder() };
  if (name.endsWith('s')) await trustProgram(join(directory, name), variables);
  expect(await readConfig(directory, variables)).toEqual({
    parallel: 3,
    verify: { command: 'npm test' },
  });
});

test('no file is no setting, and an empty one is none', async () => {
  expect(await readConfig(directoryWith({}))).toEqual({});
  expect(await readConfig(directoryWith({ '.sagerc': '' }))).toEqual({});
});

test('the nearest file counts, up to the top of the repository and no further', async () => {
  const outside = directoryWith({ '.sagerc': 'parallel: 1\n' });
  const top = join(outside, 'repository');
  mkdirSync(join(top, '.git'), { recursive: true });
  mkdirSync(join(top, 'packages/a'), { recursive: true });
  expect(await findConfig(join(top, 'packages/a'))).toBeUndefined();
  put(top, { 'sage.config.json': '{"parallel": 2}' });
  expect(await readConfig(join(top, 'packages/a'))).toEqual({ parallel: 2 });
  put(top, { 'packages/.sagerc.json': '{"parallel": 3}' });
  expect(await readConfig(join(top, 'packages/a'))).toEqual({ parallel: 3 });
});

test.each([
  [{ '.sagerc': 'parallel: 1\n', 'sage.config.json': '{}' }, 'sage.config.json'],
  [{ '.sagerc.yaml': 'parallel: 1\n', 'package.json': '{"sage": {}}' }, 'package.json'],
])('two files in one place are an error', async (files, second) => {
  await expect(readConfig(directoryWith(files))).rejects.toThrow(
    `${second} also configures sage: keep one of them`,
  );
});

test('an unknown key names the nearest known one', () => {
  expect(() => checkConfig({ agent_command: 'x' }, 'f')).toThrow(
    'f: unknown setting "agent_command": did you mean "agentCommand"?',
  );
  expect(() => checkConfig({ tiemout: '1m' }, 'f')).toThrow('did you mean "timeout"?');
});

test('within a setting, too', () => {
  expect(() => checkConfig({ verify: { command: 'x', slot: 2 } }, 'f')).toThrow(
    'f: unknown setting "verify.slot": did you mean "verify.slots"?',
  );
  expect(() => checkConfig({ verify: { slots: 2 } }, 'f')).toThrow('f: setting "verify.command"');
  expect(() => checkConfig({ verify: { command: 'x', mode: 'all' } }, 'f')).toThrow('"verify.mode"');
  expect(() => checkConfig({ landing: 'fast' }, 'f')).toThrow('f: setting "landing"');
});

test('a wrong value names its key', () => {
  expect(() => checkConfig({ timeout: 'soon' }, 'f')).toThrow(
    'f: setting "timeout": is not a duration such as 30m, 90s or 2h',
  );
  expect(() => checkConfig({ componentLimits: { api: 0 } }, 'f')).toThrow(
    'f: setting "componentLimits.api": ',
  );
  expect(() => checkConfig('x', 'f')).toThrow('f: ');
});

test('a folder that is called like a configuration is no configuration', async () => {
  const directory = directoryWith({});
  mkdirSync(join(directory, '.sagerc'));
  await expect(readConfig(directory)).rejects.toThrow(/\.sagerc: cannot be read: it is a folder/);
});
