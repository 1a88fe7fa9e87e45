import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const BACKLOG = [
  { id: 'API-1', title: '<script>alert(1)</script>' },
  { id: 'API-2', title: 'Fail' },
  { id: 'API-3', title: 'Wait', dependencies: ['API-2'] },
];
const AGENT = `test "$SAGE_TICKET_ID" != API-2 || { echo "TypeError: x"; exit 1; }; ${WRITE_OWN_FILE}`;

test('report and history say what came of a run, and every command that they print works', async () => {
  const sandbox = await Sandbox.create(BACKLOG, { branch: 'main' });
  for (const command of ['report', 'history'])
    expect((await sandbox.sage(command)).stdout + (await sandbox.sage(command)).stderr).toContain(
      'no run yet',
    );
  const run = await sandbox.sage('stream', '--auto', '--max-attempts=1', '--agent-command', AGENT);
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toMatch(/^And now: git -C \S+ log --oneline [0-9a-f]{10}\.\.sage\/\S+$/m);
  expect(run.stdout).toMatch(/^ {9}git -C \S+ switch main && git -C \S+ merge sage\/\S+$/m);
  expect(run.stdout).toMatch(/^ {9}sage report -C \S+$/m);
  expect(run.stdout).toContain('    | TypeError: x\n');

  const report = JSON.parse((await sandbox.sage('report', '--json')).stdout) as {
    run: string;
    next: string[];
    tickets: { id: string; outcome: string; telling?: string[]; commands: Record<string, string> }[];
  };
  expect(report).toMatchObject({ v: 1, state: 'finished', counts: { landed: 1, deferred: 1, blocked: 1 } });
  expect(report.tickets.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
    'API-1 landed',
    'API-2 deferred',
    'API-3 blocked',
  ]);
  expect(report.tickets[1]?.telling).toEqual(['TypeError: x']);
  expect(sandbox.shell(report.next[0] ?? '')).toContain('feat(api)');
  expect(sandbox.shell(report.tickets[1]?.commands['logs'] ?? '')).toContain('TypeError: x');

  const text = await sandbox.sage('report', report.run);
  expect(text.stdout).toContain('1 landed, 1 deferred, 1 blocked');
  const html = (await sandbox.sage('report', '--format', 'html')).stdout;
  expect(html.includes('<script')).toBe(false);
  expect(html).toContain('&lt;script&gt;alert(1)');
  expect(html).toContain('<svg ');
  expect((await sandbox.sage('report', '--format', 'md')).stdout).toContain('## Not landed');

  const { stdout } = await sandbox.sage('history', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    v: 1,
    runs: [{ run: report.run, state: 'finished', landed: 1, tickets: 3, deferred: 1 }],
  });
  expect((await sandbox.sage('history')).stdout).toContain(`${report.run}  finished     1 of 3`);

  const retry = sandbox.shell(report.tickets[1]?.commands['retry'] ?? '', [1]);
  expect(retry).toMatch(/deferred +API-2/);
});

test('a wrong run names the nearest, a wrong format those that there are', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await sandbox.stream(WRITE_OWN_FILE);
  const { stdout } = await sandbox.sage('history', '--json');
  const [{ run }] = (JSON.parse(stdout) as { runs: [{ run: string }] }).runs;
  expect(await sandbox.sage('report', `${run}x`)).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: `ERROR: no run "${run}x": did you mean "${run}"? sage history lists all`,
  });
  expect((await sandbox.sage('report', '--format', 'pdf')).stderr).toContain('text, md, json, html');
});

test('of a run that came with the repository no flags are proposed', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await sandbox.stream('echo planted; exit 1', '--max-attempts=1');
  expect((await sandbox.sage('report')).stdout).toContain('planted');
  sandbox.git('add', '--force', '.sage/runs');
  const { exitCode, stdout } = await sandbox.sage('report');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/sage stream -C \S+ --auto --only=API-1$/m);
  expect(stdout).not.toContain("--agent-command='echo planted");
});
