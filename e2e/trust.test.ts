import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { named, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const RAN = 'require("fs").writeFileSync("ran", "")';
const LAND_PROGRAM = `echo '${RAN}' > sage.config.mjs`;
const NOT_CONFIRMED =
  /^ERROR: this repository wants to run .*, which you have not confirmed on this machine: look at it, then run sage trust$/;

test('a program that a ticket lands as configuration is told, and runs after sage trust only', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1', files: ['sage.config.mjs'] }]);
  const landed = await sandbox.stream(LAND_PROGRAM);
  expect(landed.exitCode).toBe(0);
  for (const command of [['validate'], ['stream', '--dry-run'], ['stream', '--auto']]) {
    const { exitCode, stderr } = await sandbox.sage(...command);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(NOT_CONFIRMED)]);
  }
  const processed = await sandbox.queue('process');
  expect([processed.exitCode, processed.stderr]).toEqual([2, expect.stringContaining('(changed by API-1)')]);
  expect(sandbox.git('status', '--porcelain')).toBe('');
  const trusted = await sandbox.sage('trust');
  expect(trusted.stdout).toContain('sage.config.mjs (changed by API-1)');
  // It is run by `sage trust` itself, and what it does is no configuration.
  expect(trusted.stderr).toContain('sage.config.mjs');
});

test.each([
  ['verify', { verify: 'touch ran' }],
  ['setup', { worktrees: { setup: 'touch ran' } }],
  ['agent mine', { agents: { mine: 'touch ran' } }],
  ['outsideSandbox.setup', { worktrees: { outsideSandbox: { setup: 'touch ran' } } }],
])('%s of a configuration runs when it is confirmed', async (what, config) => {
  const files = { '.sagerc.json': JSON.stringify(config) };
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { files, trusted: false });
  const refused = await sandbox.stream(WRITE_OWN_FILE);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining(`run ${what} "touch ran"`)]);
  expect(refused.events).toEqual([]);
  expect((await sandbox.sage('stream', '--dry-run')).exitCode).toBe(0);
  const trusted = await sandbox.sage('trust', '--json');
  expect(JSON.parse(trusted.stdout)).toEqual({ v: 2, confirmed: [{ what, text: 'touch ran' }] });
  expect((await sandbox.stream(WRITE_OWN_FILE)).exitCode).toBe(0);
});

test.each([
  ['agent', { agent: 'acp:touch ran' }, 'acp:touch ran'],
  ['agent of a rule', { rules: [{ type: 'docs', agent: 'acp:touch ran' }] }, 'acp:touch ran'],
  ['agent of an attempt', { attempts: [{ agent: 'acp:touch ran' }] }, 'acp:touch ran'],
  ['sandbox.writable', { sandbox: { writable: ['~'] } }, '~'],
  ['sandbox.sockets', { sandbox: { sockets: ['/run/docker.sock'] } }, '/run/docker.sock'],
  ['broker', { broker: 'redis://127.0.0.1:9' }, 'redis://127.0.0.1:9'],
  ['sandbox.hidden', { sandbox: { hidden: [] } }, ''],
  ['environment', { environment: ['GITHUB_TOKEN'] }, 'GITHUB_TOKEN'],
  ['permissions', { permissions: 'all' }, 'all'],
  ['prompt', { prompt: '../repository/README.md' }, '../repository/README.md'],
])('%s of a configuration is confirmed, for that alone', async (what, config, text) => {
  const files = { '.sagerc.json': JSON.stringify(config) };
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { files, trusted: false });
  const refused = await sandbox.sage(
    'stream',
    '--auto',
    ...(what === 'agent' ? [] : ['--agent-command=true']),
  );
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringContaining(`run ${what} ${JSON.stringify(text)}`),
  ]);
  const trusted = await sandbox.sage('trust', '--json');
  expect(JSON.parse(trusted.stdout)).toEqual({ v: 2, confirmed: [{ what, text }] });
});

test('a command of a ticket that is its agent runs when it is confirmed', async () => {
  const tickets = [{ id: 'API-1', agent: 'acp:touch ran' }];
  const sandbox = await Sandbox.create(tickets, { trusted: false });
  const refused = await sandbox.stream(WRITE_OWN_FILE);
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringContaining('run API-1, agent "acp:touch ran"'),
  ]);
});

test('what is confirmed for the sandbox is not for outside of it', async () => {
  const files = { '.sagerc.json': '{"worktrees": {"setup": "true"}}' };
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { files });
  await sandbox.write('.sagerc.json', '{"worktrees": {"outsideSandbox": {"setup": "true"}}}');
  const refused = await sandbox.stream(WRITE_OWN_FILE);
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringContaining('run outsideSandbox.setup "true"'),
  ]);
});

test('checks of tickets run when they are confirmed, and what is typed needs no confirmation', async () => {
  const tickets = [
    {
      id: 'API-1',
      validation_config: { verification_scripts: [{ name: 'right', command: 'test -d out' }] },
    },
  ];
  const files = { '.sagerc.json': '{"verify": "false"}' };
  const sandbox = await Sandbox.create(tickets, { files, trusted: false });
  const refused = await sandbox.stream(WRITE_OWN_FILE, '--verify', 'true');
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringContaining('run API-1, right "test -d out", which'),
  ]);
  await sandbox.sage('trust');
  expect((await sandbox.stream(WRITE_OWN_FILE, '--verify', 'true')).exitCode).toBe(0);
});

test('what configures sage lands with a ticket that declares it only, and what else changes what runs is told', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  const land =
    'mkdir -p .github/workflows; for name in .sagerc .github/workflows/ci.yml; do echo {} > $name; done';
  const landed = await sandbox.sage('stream', '--auto', '--agent-command', land);
  expect(landed.stdout).toContain('changes what runs: .github/workflows/ci.yml');
  expect(sandbox.git('ls-files')).not.toContain('.sagerc');
  const [end] = named(await sandbox.journal(), 'attempt.finished');
  expect(end).toMatchObject({
    whatRuns: ['.github/workflows/ci.yml'],
    notes: ['it changed the configuration of sage, which does not land: .sagerc'],
  });
});

test('settings of sage in package.json are not changed by the way', async () => {
  const files = { 'package.json': '{"name": "x"}' };
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2' }], { files });
  const edit = `test $SAGE_TICKET_ID = API-1 && echo '{"name": "y"}' > package.json || echo '{"sage": {"sandbox": false}}' > package.json`;
  const { events } = await sandbox.stream(edit);
  expect(named(events, 'ticket.deferred')).toMatchObject([
    {
      ticket: 'API-2',
      category: 'tampering',
      reason: expect.stringContaining('settings of sage in package.json'),
    },
  ]);
  expect(await sandbox.read('package.json')).toBe('{"name": "y"}\n');
});

test('a run that came with the repository is not resumed', async () => {
  const begin = {
    event: 'run.started',
    v: 2,
    run: '20260101-000000-abcdef',
    time: '2026-01-01T00:00:00.000Z',
  };
  const files = {
    '.sage/runs/20260101-000000-abcdef/journal.jsonl': `${JSON.stringify(begin)}\n`,
    '.sage/runs/20260101-000000-abcdef/settings.json': '{"v": 1, "flags": {"agentCommand": "touch ran"}}',
  };
  const sandbox = await Sandbox.create([{ id: 'API-1' }], { files });
  for (const command of [
    ['stream', '--auto'],
    ['stream', '--resume'],
    ['clean', '--yes'],
  ]) {
    const { exitCode, stderr } = await sandbox.sage(...command);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('remove it with git rm -r .sage/runs')]);
  }
});

test('a prompt template that is a link shows no agent what is outside', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await symlink('/etc/passwd', join(sandbox.root, '.sage/prompt.md'));
  const { exitCode, stderr } = await sandbox.stream(WRITE_OWN_FILE);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('is a link out of the repository')]);
});
