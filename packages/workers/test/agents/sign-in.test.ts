import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { assertSignedIn, isSignedIn } from '../../src/agents/sign-in.ts';
import { resolveAgent } from '../../src/index.ts';

async function home(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const claude = resolveAgent({ name: 'claude' });

test('without a key, a session or another way in an agent is not signed in', async () => {
  const HOME = await home();
  expect(isSignedIn(claude, { HOME }, 'linux')).toBe(false);
  expect(isSignedIn(claude, { HOME, ANTHROPIC_API_KEY: 'k' }, 'linux')).toBe(true);
  expect(isSignedIn(claude, { HOME: await home({ '.claude/.credentials.json': '{}' }) }, 'linux')).toBe(true);
});

test.each([
  ['a keychain', {}, claude, 'darwin'],
  ['a helper that gives the key', { '.claude/settings.json': '{"apiKeyHelper":"x"}' }, claude, 'linux'],
  [
    'another provider',
    { '.codex/config.toml': 'model_provider = "x"' },
    resolveAgent({ name: 'codex' }),
    'linux',
  ],
  ['a variable of the command', {}, resolveAgent({ name: 'claude', command: 'KEY=$(get) claude' }), 'linux'],
  ['another program', {}, resolveAgent({ name: 'claude', command: 'sh work.sh' }), 'linux'],
  ['models without an account', {}, resolveAgent({ name: 'opencode' }), 'linux'],
  ['an agent that Sage knows nothing of', {}, resolveAgent({ command: 'my-agent' }), 'linux'],
] as const)('with %s only the agent knows', async (_, files, agent, platform) => {
  expect(isSignedIn(agent, { HOME: await home(files) }, platform)).toBeUndefined();
});

test('settings that name no other way in leave it not signed in', async () => {
  const HOME = await home({ '.claude/settings.json': '{"theme":"dark"}' });
  expect(isSignedIn(claude, { HOME }, 'linux')).toBe(false);
});

test.skipIf(process.platform === 'darwin')(
  'one that is not signed in is refused, with what signs in',
  async () => {
    const HOME = await home();
    expect(() => assertSignedIn(claude, { HOME })).toThrow(
      'agent "claude" is not signed in: run claude once and log in, or set ANTHROPIC_API_KEY',
    );
  },
);
