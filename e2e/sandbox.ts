import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished as currentTest } from 'vitest';

const SAGE = join(import.meta.dirname, '../apps/cli/bin/sage.js');

export interface TicketInput {
  id: string;
  state?: string;
  dependencies?: readonly string[];
  [field: string]: unknown;
}

export interface StreamEvent {
  v: number;
  event: string;
  run: string;
  time: string;
  ticket?: string;
  [field: string]: unknown;
}

interface SandboxOptions {
  branch?: string;
  /** Whether the index is committed. */
  tracked?: boolean;
  /** Whether there is one: a backlog of another tool is among the files. */
  indexed?: boolean;
  files?: Record<string, string>;
  /** Whether the user has confirmed what the configuration and the tickets run: by default where they run anything. */
  trusted?: boolean;
  /** A concurrent test has to give its own. */
  onTestFinished?: (clean: () => Promise<void>) => void;
}

export interface SageResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: StreamEvent[];
}

/** One process of the test for all of git's. */
const BEGIN = `git init --quiet "--initial-branch=$1" && git add --all &&
  git -c user.name=Ada -c user.email=ada@example.org -c maintenance.auto=false commit --quiet --message=first`;

/** A git repository in a temporary folder, with an empty HOME, worked on by the built `sage`. */
export class Sandbox {
  readonly root: string;
  readonly #home: string;

  private constructor(root: string, home: string) {
    this.root = root;
    this.#home = home;
  }

  static async create(
    tickets: readonly TicketInput[] | string,
    options: SandboxOptions = {},
  ): Promise<Sandbox> {
    const { branch = 'work', tracked = true, indexed = true } = options;
    const { files = {}, onTestFinished = currentTest } = options;
    const runs = JSON.stringify([tickets, Object.keys(files)]);
    const { trusted = /validation_|sagerc|sage\.config/.test(runs) } = options;
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'sage-e2e-')));
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    const sandbox = new Sandbox(join(folder, 'repository'), join(folder, 'home'));
    await mkdir(sandbox.root);
    await mkdir(sandbox.#home);
    for (const [path, content] of Object.entries({ 'README.md': 'hello\n', ...files }))
      await sandbox.write(path, content);
    if (tracked && indexed) await sandbox.writeIndex(tickets);
    execFileSync('sh', ['-c', BEGIN, 'sh', branch], { cwd: sandbox.root, env: sandbox.environment() });
    if (!tracked && indexed) await sandbox.writeIndex(tickets);
    if (trusted) await sandbox.sage('trust');
    return sandbox;
  }

  async writeIndex(tickets: readonly TicketInput[] | string): Promise<void> {
    const text = typeof tickets === 'string' ? tickets : indexText(tickets);
    await this.write('.sage/tickets/index.json', text);
  }

  async write(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.root, path)), { recursive: true });
    await writeFile(join(this.root, path), content);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8');
  }

  async states(): Promise<Record<string, string>> {
    const { tickets } = JSON.parse(await this.read('.sage/tickets/index.json')) as {
      tickets: { id: string; state: string }[];
    };
    return Object.fromEntries(tickets.map(({ id, state }) => [id, state]));
  }

  /** Where its worktrees are; empty when no run works. */
  async worktrees(): Promise<string[]> {
    return readdir(join(this.#home, '.cache/sage')).catch(() => []);
  }

  git(...args: string[]): string {
    return execFileSync(
      'git',
      ['-C', this.root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args],
      {
        encoding: 'utf8',
        env: this.environment(),
        maxBuffer: 2 ** 28,
      },
    ).trim();
  }

  environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.#home,
      GIT_CONFIG_NOSYSTEM: '1',
      SHELL: '/bin/sh',
      // `sage` is started hundreds of times: it need not be compiled each time.
      NODE_COMPILE_CACHE: join(tmpdir(), 'sage-e2e-compiled'),
    };
  }

  /** What a shell line prints that sage has told a person, from the top of the repository; with one of these exit codes. */
  shell(line: string, exitCodes: readonly number[] = [0]): string {
    const script = `sage() { "$SAGE_NODE" "$SAGE_PROGRAM" "$@"; }; ${line}`;
    const env = { ...this.environment(), SAGE_NODE: process.execPath, SAGE_PROGRAM: SAGE };
    const { stdout, stderr, status } = spawnSync('sh', ['-c', script], {
      cwd: this.root,
      env,
      encoding: 'utf8',
    });
    if (!exitCodes.includes(status ?? -1)) throw new Error(`${line} ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** Starts `sage`; `-C` names a directory from the top of the repository. */
  start(args: readonly string[], environment: Record<string, string> = {}, directory = '.') {
    return execa(
      process.execPath,
      [SAGE, ...args.slice(0, 1), '-C', join(this.root, directory), ...args.slice(1)],
      {
        cwd: tmpdir(),
        env: { ...this.environment(), ...environment },
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
        maxBuffer: 2 ** 28,
      },
    );
  }

  async sage(...args: string[]): Promise<SageResult> {
    const { exitCode = -1, stdout, stderr } = await this.start(args);
    return { exitCode, stdout, stderr, events: args.includes('--json') ? parseEvents(stdout) : [] };
  }

  queue(...args: string[]): Promise<SageResult> {
    return this.queueIn({}, ...args);
  }

  /** In another environment. */
  async queueIn(environment: Record<string, string>, ...args: string[]): Promise<SageResult> {
    const command = [SAGE, 'queue', ...args, '-C', this.root];
    const env = { ...this.environment(), ...environment };
    const {
      exitCode = -1,
      stdout,
      stderr,
    } = await execa(process.execPath, command, {
      env,
      extendEnv: false,
      reject: false,
    });
    return { exitCode, stdout, stderr, events: [] };
  }

  /** The events of the newest run. */
  async journal(): Promise<StreamEvent[]> {
    const runs = await readdir(join(this.root, '.sage/runs'));
    return parseEvents(await this.read(`.sage/runs/${runs.toSorted().at(-1)}/journal.jsonl`));
  }

  /** An automatic run with events. */
  stream(agent: string, ...args: string[]): Promise<SageResult> {
    return this.sage('stream', '--auto', '--json', '--agent-command', agent, ...args);
  }

  /** Commits of the current branch by the ticket in their trailer, oldest first. */
  landings(ref = 'HEAD'): { ticket: string; commit: string }[] {
    const log = this.git(
      'log',
      '--reverse',
      '--format=%H %(trailers:key=Sage-Ticket,valueonly,separator=%x2C)',
      ref,
    );
    return log.split('\n').flatMap((line) => {
      const [commit = '', ticket = ''] = line.split(' ');
      return ticket === '' ? [] : [{ ticket, commit }];
    });
  }
}

export function indexText(tickets: readonly TicketInput[]): string {
  const full = tickets.map((ticket) => ({
    state: 'UNPROCESSED',
    title: `Title of ${ticket.id}`,
    type: 'task',
    component: 'api',
    ...ticket,
  }));
  return JSON.stringify({ version: '1.0', tickets: full }, undefined, 2) + '\n';
}

export function named(events: readonly StreamEvent[], name: string): StreamEvent[] {
  return events.filter(({ event }) => event === name);
}

export function parseEvents(stdout: string): StreamEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StreamEvent);
}

/** Resolves when it has come, or nothing comes any more. */
export async function afterText(stream: NodeJS.ReadableStream | null, text: string): Promise<void> {
  let seen = '';
  await untilData(stream, (data) => (seen += data).includes(text));
}

export function untilData(
  stream: NodeJS.ReadableStream | null,
  enough: (text: string) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    stream?.on('data', (data: Buffer) => {
      if (enough(data.toString())) resolve();
    });
    stream?.on('end', resolve);
  });
}

/** Writes a file of its own: no two tickets conflict. */
export const WRITE_OWN_FILE = 'mkdir -p out && echo "$SAGE_TICKET_ID" > "out/$SAGE_TICKET_ID.txt"';
