import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { indexText, Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const ONE = [{ id: 'API-1' }];

/** What must not change: refs, the checkout, and what is beside the index. */
async function fingerprint(sandbox: Sandbox): Promise<string> {
  const own = await readdir(join(sandbox.root, '.sage')).catch(() => []);
  const exclude = await readFile(join(sandbox.root, '.git/info/exclude'), 'utf8');
  return [
    sandbox.git('for-each-ref'),
    sandbox.git('status', '--porcelain', '--ignored'),
    own.join(),
    exclude,
    await readFile(join(sandbox.root, '.git/HEAD'), 'utf8'),
  ].join('\n');
}

async function refuses(
  sandbox: Sandbox,
  expected: RegExp,
  args = ['stream', '--auto', '--agent-command', WRITE_OWN_FILE],
): Promise<void> {
  const before = await fingerprint(sandbox);
  const { exitCode, stdout, stderr } = await sandbox.sage(...args);
  expect(stderr).toMatch(expected);
  expect(stderr.split('\n')).toHaveLength(1);
  expect(stderr.startsWith('ERROR: ')).toBe(true);
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
  expect(await fingerprint(sandbox)).toBe(before);
}

test.each([
  ['is not JSON', '{"tickets": [\n  {"id": "API-1",, "state": "UNPROCESSED"}]}', /index\.json:2:1\d: /],
  ['ends too early', '{"tickets": [', /index\.json:1:\d+: /],
  ['holds two documents', `${indexText(ONE)}${indexText(ONE)}`, /index\.json:13:1: a second JSON document/],
  [
    'holds conflict markers',
    indexText(ONE).replace('  "tickets"', '<<<<<<< HEAD\n=======\n>>>>>>> other\n  "tickets"'),
    /index\.json:3:1: .*conflict/,
  ],
  ['holds a NUL byte', indexText(ONE).replace('Title', 'Ti\0tle'), /index\.json:\d+:\d+: .*NUL/],
  ['names a ticket with NUL', indexText([{ id: 'API\0' }]), /NUL/],
  ['is a list', '[]', /index\.json/],
  ['has no tickets', '{}', /tickets/],
  ['has a ticket without an id', '{"tickets":[{"state":"UNPROCESSED"}]}', /no id/],
  ['has an unknown state', indexText([{ id: 'API-1', state: 'DONE' }]), /"API-1".*"DONE"/],
  ['has an id twice', indexText([...ONE, ...ONE]), /"API-1"/],
  [
    'has an unknown dependency',
    indexText([{ id: 'API-1', dependencies: ['API-9'] }]),
    /"API-1" depends on "API-9"/,
  ],
  [
    'has a cycle',
    indexText([
      { id: 'A-1', dependencies: ['A-2'] },
      { id: 'A-2', dependencies: ['A-1'] },
    ]),
    /circular.*"A-1" -> "A-2" -> "A-1"/,
  ],
])('an index that %s is refused, with the place', async (_, text, expected) => {
  await refuses(await Sandbox.create(text), expected);
});

test('a missing index is refused', async () => {
  const sandbox = await Sandbox.create(ONE);
  sandbox.git('rm', '--quiet', '-r', '--', '.sage');
  sandbox.git('commit', '--quiet', '--message=no index');
  await refuses(sandbox, /no ticket index/);
});

test('a folder that is no repository is refused, and one that is not there', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sage-none-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const sage = join(import.meta.dirname, '../apps/cli/bin/sage.js');
  for (const directory of [folder, join(folder, 'missing')]) {
    const { exitCode, stderr } = await execa(
      process.execPath,
      [sage, 'stream', '-C', directory, '--auto', '--agent-command', 'true'],
      { reject: false },
    );
    expect(stderr).toMatch(/^ERROR: .*(not in a git repository|does not exist)/);
    expect(stderr.split('\n')).toHaveLength(1);
    expect(exitCode).toBe(2);
  }
  expect(await readdir(folder)).toEqual([]);
});

test('a repository without a commit is refused', async () => {
  const sandbox = await Sandbox.create(ONE);
  sandbox.git('checkout', '--quiet', '--orphan', 'empty');
  await refuses(sandbox, /no commit yet/);
});

test('a detached HEAD is refused, unless the target is named', async () => {
  const sandbox = await Sandbox.create(ONE);
  sandbox.git('checkout', '--quiet', '--detach');
  await refuses(sandbox, /HEAD is detached/);
  expect((await sandbox.stream(WRITE_OWN_FILE, '--target=work')).exitCode).toBe(0);
});

test('a merge in progress is refused', async () => {
  const sandbox = await Sandbox.create(ONE);
  sandbox.git('checkout', '--quiet', '-b', 'other');
  await sandbox.write('README.md', 'other\n');
  sandbox.git('commit', '--quiet', '--all', '--message=other');
  sandbox.git('checkout', '--quiet', 'work');
  await sandbox.write('README.md', 'work\n');
  sandbox.git('commit', '--quiet', '--all', '--message=work');
  expect(() => sandbox.git('merge', '--quiet', 'other')).toThrow('Command failed');
  await refuses(sandbox, /a merge is in progress/);
});

test.each([
  [['stream', '--auto', '--agnet', 'x'], /unknown option '--agnet'.*--agent/],
  [['status', 'now'], /too many arguments/],
  [['stream', '--auto', '--agent-command', 'true', 'now'], /no ticket "now"/],
  [['strem'], /unknown command 'strem'.*stream/],
  [['stream', '--auto', '--agent', 'cluade'], /unknown agent "cluade": did you mean claude/],
  [
    ['stream', '--auto', '--agent-command', 'no-such-agent-here'],
    /not found: no program "no-such-agent-here"/,
  ],
  [['stream', '--auto', '--agent-command', 'true', '--target', 'nowhere'], /no branch "nowhere"/],
  [['stream', '--auto', '--agent-command', 'true', '--target', '--evil'], /no branch "--evil"/],
  [['stream', '--auto', '--agent-command', 'true', '--only', 'API-7'], /no ticket "API-7"/],
  [['stream', '--auto', '--agent-command', 'true', '--timeout', 'soon'], /--timeout soon/],
  [['stream', '--auto', '--agent-command', 'true', '--max-attempts', '0'], /--max-attempts 0/],
  [['stream', '--auto', '--agent-command', 'true', '--max-turns', '3'], /turns/],
  [['stream', '--auto', '--agent-command', 'true', '--verify-slots', '2'], /--verify-slots needs a command/],
])('%j is refused', async (args, expected) => {
  await refuses(await Sandbox.create(ONE), expected, args);
});

test.each([
  [
    'an unknown key',
    '.sagerc.json',
    '{"paralel": 3}',
    /\.sagerc\.json: unknown setting "paralel": did you mean "parallel"\?/,
  ],
  ['a wrong value', 'sage.config.json', '{"maxAttempts": 0}', /sage\.config\.json: setting "maxAttempts"/],
  ['broken text', '.sagerc.yaml', 'a: [', /\.sagerc\.yaml: cannot be read/],
])('a configuration with %s is refused, by file', async (_, file, text, expected) => {
  await refuses(await Sandbox.create(ONE, { files: { [file]: text } }), expected);
});

test('the flag wins over the configuration', async () => {
  const config = `export default { auto: true, agents: { mine: ${JSON.stringify(WRITE_OWN_FILE)} }, agent: 'mine', maxAttempts: 1 };`;
  const sandbox = await Sandbox.create(ONE, { files: { 'sage.config.ts': config } });
  expect((await sandbox.sage('stream')).exitCode).toBe(0);
  const other = await Sandbox.create(ONE, { files: { 'sage.config.ts': config } });
  expect(
    (await other.stream('exit 3')).events.filter(({ event }) => event === 'attempt.started'),
  ).toHaveLength(1);
});

test('a second sage stream in the same repository is refused', async () => {
  const sandbox = await Sandbox.create(ONE);
  const running = join(sandbox.root, '../running');
  const first = sandbox.start(['stream', '--auto', '--agent-command', `touch '${running}'; sleep 1000`]);
  while (!(await readdir(join(running, '..'))).includes('running')) await new Promise(setImmediate);
  const { exitCode, stderr } = await sandbox.sage('stream', '--auto', '--agent-command', 'true');
  expect(stderr).toMatch(/^ERROR: another sage stream works in this repository \(process \d+/);
  expect(stderr.split('\n')).toHaveLength(1);
  expect(exitCode).toBe(2);
  first.kill('SIGINT');
  expect((await first).exitCode).toBe(130);
});

test('another workflow mode is refused', async () => {
  const sandbox = await Sandbox.create(ONE, { files: { '.sage/workflow-mode': 'TRADITIONAL\n' } });
  await refuses(sandbox, /workflow-mode says "TRADITIONAL"/);
});

test('a broken index is reported once, by validate with 1 and by stream with 2', async () => {
  const sandbox = await Sandbox.create('{"tickets": [}');
  const { exitCode, stdout } = await sandbox.sage('validate', '--json');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ v: 1, ok: false });
});

test('a template with an unknown variable, and a file to copy that is not there, are refused', async () => {
  const template = await Sandbox.create(ONE, { files: { '.sage/prompt.md': 'Do it.\n\n{{tilte}}\n' } });
  await refuses(template, /\.sage\/prompt\.md, line 3: unknown variable \{\{tilte\}\}/);
  const files = { '.sagerc': '{"worktrees": {"copy": [".env"]}}' };
  await refuses(await Sandbox.create(ONE, { files }), /worktrees\.copy: "\.env" is not there/);
});

test('an audit of a branch without a commit is refused, as one of a branch that is not there', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  sandbox.git('checkout', '--quiet', '--orphan', 'empty');
  for (const [args, branch] of [
    [[], 'empty'],
    [['--target', 'nowhere'], 'nowhere'],
  ] as const) {
    const { exitCode, stderr } = await sandbox.queue('audit', ...args);
    expect([exitCode, stderr]).toEqual([
      2,
      `ERROR: branch "${branch}" has no commit: name the one to check with --target`,
    ]);
  }
});
