import { execa } from 'execa';
import { expect, test } from 'vitest';
import { SAGE, Sandbox } from './sandbox.ts';

const AGENT = `mkdir -p .config; for name in sage.config.mjs .config/config.cjs; do echo 'require("fs").writeFileSync("ran", "")' > $name; done; git add --force .config`;

test('a program that a ticket lands as configuration is told, and runs after sage trust only', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const landed = await sandbox.stream(AGENT);
  expect(landed.exitCode).toBe(0);
  const inRoot = (...args: string[]) =>
    execa(process.execPath, [SAGE, ...args], {
      cwd: sandbox.root,
      env: sandbox.environment(),
      extendEnv: false,
      reject: false,
    });
  for (const command of [['validate'], ['stream', '--dry-run'], ['queue', 'process']]) {
    const { exitCode, stderr } = await inRoot(...command);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^ERROR: .*changed by API-1.*sage trust$/)]);
  }
  expect(sandbox.git('status', '--porcelain')).toBe('');
  const trusted = await inRoot('trust');
  expect([trusted.exitCode, trusted.stdout]).toEqual([
    0,
    expect.stringContaining('sage.config.mjs is trusted'),
  ]);
  expect(trusted.stdout).toContain('.config/config.cjs is trusted');
  // It is run now: what it does is no configuration.
  expect((await inRoot('stream', '--dry-run')).stderr).toContain('sage.config.mjs');
  expect(sandbox.git('status', '--porcelain')).toBe('?? ran');
});
