import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const FIELDS = { priority: 'P1', validation_type: 'generic' };
const SOUND = [
  { id: 'API-1', ...FIELDS, estimated_minutes: 60 },
  { id: 'API-2', ...FIELDS, estimated_minutes: 60 },
  { id: 'API-3', ...FIELDS, estimated_minutes: 60, dependencies: ['API-1', 'API-2'] },
];

interface Report {
  v: number;
  ok: boolean;
  checks: { section: number; id: string; status: string; message: string; tickets: string[] }[];
  cycles: string[][];
  parallel: Record<string, unknown>;
}

async function report(sandbox: Sandbox, ...args: string[]): Promise<Report & { exitCode: number }> {
  const { exitCode, stdout, stderr } = await sandbox.sage('validate', '--json', ...args);
  expect(stderr).toBe('');
  return { ...(JSON.parse(stdout) as Report), exitCode };
}

test('a sound index: every section is there, and the number of workers that pays off', async () => {
  const sandbox = await Sandbox.create(SOUND, {
    files: { '.sagerc.json': '{"agentCommand": "sh -c true"}' },
  });
  const { exitCode, v, ok, checks, cycles, parallel } = await report(sandbox);
  expect({ exitCode, v, ok, cycles }).toEqual({ exitCode: 0, v: 1, ok: true, cycles: [] });
  expect([...new Set(checks.map(({ section }) => section))]).toEqual(
    Array.from({ length: 17 }, (_, index) => index + 1),
  );
  expect(checks.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(parallel).toMatchObject({
    unprocessed: 3,
    independent: 2,
    ratio: 2 / 3,
    width: 2,
    recommendedWorkers: 2,
  });
  expect(parallel['criticalPath']).toHaveLength(2);
  expect(await readdir(join(sandbox.root, '.sage'))).toEqual(['tickets']);
  expect(sandbox.git('status', '--porcelain', '--ignored')).toBe('');
});

test('what is wrong fails with 1, and names its tickets', async () => {
  const sandbox = await Sandbox.create([
    { id: 'API-1', ...FIELDS, dependencies: ['API-2'] },
    { id: 'API-2', ...FIELDS, dependencies: ['API-1', 'API-9'] },
  ]);
  const { exitCode, ok, checks, cycles } = await report(sandbox);
  expect({ exitCode, ok }).toEqual({ exitCode: 1, ok: false });
  expect(cycles).toEqual([['API-1', 'API-2']]);
  const failed = checks.filter(({ status }) => status === 'fail');
  expect(failed.map(({ section }) => section)).toEqual([6, 7]);
  expect(failed[0]?.tickets).toEqual(['API-2']);
  const { stdout, exitCode: again } = await sandbox.sage('validate');
  expect(again).toBe(1);
  expect(stdout).toContain('API-2');
});

test('a JSON error has its line and column', async () => {
  const sandbox = await Sandbox.create('{"tickets": [\n  {"id": }\n]}');
  const { exitCode, checks } = await report(sandbox);
  expect(exitCode).toBe(1);
  expect(checks).toMatchObject([{ section: 1, status: 'fail' }]);
  expect(checks[0]?.message).toMatch(/index\.json:2:\d+: /);
});

test('--strict fails on warnings, --check looks at one thing only', async () => {
  const sandbox = await Sandbox.create([{ id: 'odd id', ...FIELDS }]);
  expect((await report(sandbox, '--check=ids')).exitCode).toBe(0);
  expect((await report(sandbox, '--check=ids', '--strict')).exitCode).toBe(1);
  const { checks } = await report(sandbox, '--check=duplicates,cycles');
  expect(checks.map(({ section }) => section)).toEqual([3, 7]);
});

test.each([
  [['--check=nothing'], /--check nothing: no such check/],
  [['--bogus'], /unknown option '--bogus'/],
])('validate %j is refused with 2', async (args, expected) => {
  const { exitCode, stderr } = await (await Sandbox.create(SOUND)).sage('validate', ...args);
  expect(stderr).toMatch(expected);
  expect(stderr.split('\n')).toHaveLength(1);
  expect(exitCode).toBe(2);
});

test('no index is 2', async () => {
  const sandbox = await Sandbox.create(SOUND, { tracked: false });
  await rm(join(sandbox.root, '.sage'), { recursive: true });
  const { exitCode, stderr } = await sandbox.sage('validate');
  expect(stderr).toMatch(/^ERROR: .*no ticket index/);
  expect(exitCode).toBe(2);
});

test('an agent that is not there fails the parallel prerequisites', async () => {
  const sandbox = await Sandbox.create(SOUND, {
    files: { '.sagerc.json': '{"agentCommand": "no-such-agent --x"}' },
  });
  const { exitCode, checks } = await report(sandbox, '--check=parallel');
  expect(exitCode).toBe(1);
  expect(checks.find(({ status }) => status === 'fail')?.message).toContain('no-such-agent');
});
