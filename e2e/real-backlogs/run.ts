// Has the real Task Master and Backlog.md make a backlog, works through it, and asks them what they make of it then.
// Usage: pnpm e2e:backlogs. Ends with "N passed, N failed".
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SAGE = join(import.meta.dirname, '../../apps/cli/bin/sage.js');
const AGENT = 'echo done > "$SAGE_TICKET_ID.txt"';

interface Program {
  readonly name: string;
  /** As npm takes it. */
  readonly package: string;
  readonly bin: string;
  readonly files: Record<string, string>;
  /** What makes two tasks, the second of which waits for the first. */
  readonly make: readonly (readonly string[])[];
  readonly ask: readonly string[];
  /** What is said when both are done, and before. */
  readonly isDone: (said: string) => boolean;
}

const PROGRAMS: readonly Program[] = [
  {
    name: 'Task Master',
    package: 'task-master-ai@0.43.1',
    bin: 'task-master',
    files: {
      '.taskmaster/tasks/tasks.json': '{"master":{"tasks":[],"metadata":{"created":"2026-01-01T00:00:00Z"}}}',
    },
    make: [
      ['init', '--yes', '--name', 'menu', '--description', 'a menu', '--no-aliases'],
      ['add-task', '--title', 'Serve the menu', '--description', 'Serve it'],
      ['add-task', '--title', 'Cache it', '--description', 'Cache it', '--dependencies', '1'],
    ],
    ask: ['list', '--json'],
    isDone: (said) => (said.match(/"status": ?"done"/g) ?? []).length === 2,
  },
  {
    name: 'Backlog.md',
    package: 'backlog.md@1.52.0',
    bin: 'backlog',
    files: {},
    make: [
      ['init', 'Menu', '--defaults'],
      ['task', 'create', 'Serve the menu', '-d', 'Serve it', '--ac', 'it answers'],
      ['task', 'create', 'Cache it', '--dep', 'task-1', '--priority', 'high'],
    ],
    ask: ['task', 'list', '--plain'],
    isDone: (said) => /^Done:\n(?: .*TASK-\d.*\n?){2}/m.test(said) && !said.includes('To Do:'),
  },
];

/** Installed once, outside of the repository: Task Master brings 1.7 GB. */
function installed({ package: name, bin }: Program): string {
  const room = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sage-e2e-backlogs', name);
  const program = join(room, 'node_modules/.bin', bin);
  if (!existsSync(program)) {
    mkdirSync(room, { recursive: true });
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    execFileSync('npm', ['install', ...flags, '--prefix', room, name], { stdio: ['ignore', 2, 2] });
  }
  return program;
}

function play(program: Program): string | undefined {
  const bin = installed(program);
  const room = realpathSync(mkdtempSync(join(tmpdir(), 'sage-real-backlog-')));
  const [root, home] = [join(room, 'repository'), join(room, 'home')];
  mkdirSync(root);
  mkdirSync(home);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    SHELL: '/bin/sh',
    GIT_CONFIG_NOSYSTEM: '1',
    NO_COLOR: '1',
  };
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, {
      cwd: root,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    });
  const sage = (...args: string[]) => run(process.execPath, [SAGE, ...args]);
  try {
    for (const args of [
      ['init', '--quiet', '--initial-branch=work'],
      ['config', 'user.name', 'Ada'],
      ['config', 'user.email', 'ada@example.org'],
    ])
      run('git', args);
    for (const [path, text] of Object.entries(program.files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    for (const args of program.make) run(bin, args);
    if (program.isDone(run(bin, program.ask))) return 'it says that all is done before anything is';
    run('git', ['add', '--all']);
    run('git', ['commit', '--quiet', '--message=first']);
    const planned = sage('stream', '--dry-run');
    if (!planned.includes('2 tickets in 2 batches')) return `sage plans something else:\n${planned}`;
    const told = sage('stream', '--auto', '--parallel=2', '--agent-command', AGENT);
    if (!told.includes('2 completed')) return told;
    const said = run(bin, program.ask);
    return program.isDone(said) ? undefined : `it does not say that both are done:\n${said}`;
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string };
    return `${message}\n${stdout}${stderr}`;
  } finally {
    rmSync(room, { recursive: true, force: true, maxRetries: 3 });
  }
}

let failed = 0;
for (const program of PROGRAMS) {
  const wrong = play(program);
  console.log(`${wrong === undefined ? 'ok    ' : 'FAILED'} ${program.name}`);
  if (wrong !== undefined) console.log(wrong);
  if (wrong !== undefined) failed += 1;
}
console.log(`${PROGRAMS.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
