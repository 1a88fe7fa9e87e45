import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { checkConfig, readConfig } from '../src/config.ts';

async function directoryWith(files: Record<string, string>): Promise<string> {
  const directory = temporaryFolder();
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files }))
    await writeFile(join(directory, name), text);
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
  expect(await readConfig(await directoryWith({ [name]: text }))).toEqual({
    parallel: 3,
    verify: { command: 'npm test' },
  });
});

test('no file is no setting', async () => {
  expect(await readConfig(await directoryWith({}))).toEqual({});
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
