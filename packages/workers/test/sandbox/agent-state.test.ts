import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { KNOWN_AGENTS } from '../../src/index.ts';
import { agentState, stateFolder } from '../../src/sandbox/agent-state.ts';

const PLACES = [
  { place: '~/.agent', logins: ['login.json'], sessions: ['sessions', '*.db'] },
  { place: '~/.agent.json' },
];

function home() {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.agent/commands'), { recursive: true });
  mkdirSync(join(folder, '.agent/sessions'));
  put(folder, {
    '.agent/settings.json': '{}',
    '.agent/login.json': 'key',
    '.agent/x.db': 'x',
    '.agent.json': '{}',
  });
  return folder;
}

test('settings are copies or read-only, logins the own ones, and sessions begin empty', async () => {
  const HOME = home();
  const folder = join(temporaryFolder(), 'state');
  const words = (await agentState(PLACES, folder, { HOME })).join(' ');
  expect(words).toBe(
    [
      `--bind ${folder}/0 ${HOME}/.agent`,
      `--ro-bind-try ${HOME}/.agent/commands ${HOME}/.agent/commands`,
      `--bind-try ${HOME}/.agent/login.json ${HOME}/.agent/login.json`,
      `--bind ${folder}/1 ${HOME}/.agent.json`,
    ].join(' '),
  );
  expect(readFileSync(join(folder, '0/settings.json'), 'utf8')).toBe('{}');
  expect(existsSync(join(folder, '0/x.db'))).toBe(false);
});

test('of what an agent left there only sessions stay, and no link is followed', async () => {
  const HOME = home();
  const outside = temporaryFolder();
  put(outside, { target: 'kept' });
  const folder = join(temporaryFolder(), 'state');
  await agentState(PLACES, folder, { HOME });
  mkdirSync(join(folder, '0/sessions'));
  put(folder, { '0/sessions/one': 's', '0/settings.json': 'evil', '0/planted': 'evil' });
  symlinkSync(join(outside, 'target'), join(folder, '0/linked.db'));
  await agentState(PLACES, folder, { HOME });
  expect(readFileSync(join(folder, '0/sessions/one'), 'utf8')).toBe('s');
  expect(readFileSync(join(folder, '0/settings.json'), 'utf8')).toBe('{}');
  expect(['planted', 'linked.db'].filter((name) => existsSync(join(folder, '0', name)))).toEqual([]);
  expect(readFileSync(join(outside, 'target'), 'utf8')).toBe('kept');
});

test('a folder that is not there is made, so that nobody makes it with settings; a file is not', async () => {
  const HOME = temporaryFolder();
  await agentState(PLACES, join(temporaryFolder(), 'state'), { HOME });
  expect(existsSync(join(HOME, '.agent'))).toBe(true);
  expect(existsSync(join(HOME, '.agent.json'))).toBe(false);
});

test('each ticket has a place of its own, whatever its name', () => {
  expect(stateFolder('/w', 'A-1')).not.toBe(stateFolder('/w', 'A-2'));
  expect(stateFolder('/w', '../x')).toMatch(/^\/w\/state-[0-9a-f]+$/);
});

test('opencode has its folders where XDG variables name them', async () => {
  const [HOME, data] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(join(data, 'opencode'));
  put(data, { 'opencode/auth.json': 'key' });
  const { state = [] } = KNOWN_AGENTS.find(({ name }) => name === 'opencode') ?? {};
  const words = await agentState(state, join(temporaryFolder(), 'state'), { HOME, XDG_DATA_HOME: data });
  expect(words.join(' ')).toContain(`--bind-try ${data}/opencode/auth.json `);
});
