import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@sage/test-support/free-port';
import { startRedis, type TestRedis } from '@sage/test-support/redis';
import { Sandbox, type SageResult, type TicketInput } from '../sandbox.ts';
import { openProxy, type Proxy } from './proxy.ts';

const SAGE = join(import.meta.dirname, '../../apps/cli/bin/sage.js');

export interface SiteOptions {
  readonly tickets: readonly TicketInput[];
  /** A shell line; `$SITE` is a folder that everybody sees. */
  readonly agent: string;
  /** Seconds; long by default, as a machine with much to do renews it late. */
  readonly lease?: number;
  readonly onTestFinished: (clean: () => Promise<void> | void) => void;
}

/** A worker's machine: its own HOME, its own way to the broker and to the remote. */
export interface Machine {
  readonly name: string;
  readonly broker: Proxy;
  readonly remote: Proxy;
  process: ChildProcess;
  said: string;
}

/** A coordinator, a broker, a git server and as many machines as are started, all on 127.0.0.1. */
export class Site {
  readonly sandbox: Sandbox;
  readonly redis: TestRedis;
  readonly machines: Machine[] = [];
  readonly folder: string;
  readonly #options: SiteOptions;
  readonly #gitPort: number;
  readonly #coordinatorWay: Proxy;
  #git: ChildProcess | undefined;

  private constructor(sandbox: Sandbox, redis: TestRedis, gitPort: number, way: Proxy, options: SiteOptions) {
    this.sandbox = sandbox;
    this.redis = redis;
    this.folder = join(sandbox.root, '..');
    this.#gitPort = gitPort;
    this.#coordinatorWay = way;
    this.#options = options;
  }

  static async open(options: SiteOptions): Promise<Site> {
    const { onTestFinished } = options;
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const sandbox = await Sandbox.create(options.tickets, {
      branch: 'main',
      onTestFinished: (clean) => onTestFinished(clean),
    });
    const gitPort = await freePort();
    const way = await openProxy(Number(new URL(redis.address).port));
    onTestFinished(() => way.close());
    const site = new Site(sandbox, redis, gitPort, way, options);
    const bare = join(site.folder, 'server/remote.git');
    execFileSync('git', ['init', '--quiet', '--bare', bare], { env: sandbox.environment() });
    await site.startRemote();
    onTestFinished(() => site.stopRemote());
    sandbox.git('remote', 'add', 'origin', `git://127.0.0.1:${gitPort}/remote.git`);
    sandbox.git('push', '--quiet', 'origin', 'main');
    // Found again by its content wherever it runs.
    await writeFile(join(site.folder, 'agent.sh'), `SITE='${site.folder}'\n${options.agent}\n`);
    onTestFinished(() => site.#endMachines());
    return site;
  }

  get lease(): string {
    return `${this.#options.lease ?? 60}s`;
  }

  get agent(): string {
    return `sh '${join(this.folder, 'agent.sh')}'`;
  }

  /** The coordinator's way to the broker. */
  get way(): Proxy {
    return this.#coordinatorWay;
  }

  get broker(): string {
    return `redis://127.0.0.1:${this.#coordinatorWay.port}`;
  }

  async startRemote(): Promise<void> {
    const words = ['daemon', '--listen=127.0.0.1', `--port=${this.#gitPort}`, '--reuseaddr', '--export-all'];
    words.push('--enable=receive-pack', `--base-path=${join(this.folder, 'server')}`, '--verbose');
    const server = spawn('git', words, {
      env: this.sandbox.environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.#git = server;
    await new Promise<void>((resolve) => {
      server.stderr.on('data', (data: Buffer) => {
        if (String(data).includes('Ready')) resolve();
      });
      server.once('exit', () => resolve());
    });
  }

  stopRemote(): void {
    killGroup(this.#git);
  }

  /** Starts a worker on a machine of its own, or again on the one that has this name. */
  async startMachine(name: string, slots = 1, before: readonly string[] = []): Promise<Machine> {
    const known = this.machines.find((machine) => machine.name === name);
    const broker = known?.broker ?? (await openProxy(Number(new URL(this.redis.address).port)));
    const remote = known?.remote ?? (await openProxy(this.#gitPort));
    const home = join(this.folder, 'machines', name);
    await mkdir(home, { recursive: true });
    const from = `git://127.0.0.1:${this.#gitPort}/`;
    await writeFile(
      join(home, '.gitconfig'),
      `[url "git://127.0.0.1:${remote.port}/"]\n\tinsteadOf = ${from}\n`,
    );
    const words = [...before, process.execPath, SAGE, 'worker', '--name', name, '--slots', String(slots)];
    words.push('--lease', this.lease, '--agent-command', this.agent);
    const [program = '', ...args] = words;
    const child = spawn(program, args, {
      env: { ...this.sandbox.environment(), HOME: home, SAGE_BROKER: `redis://127.0.0.1:${broker.port}` },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const machine: Machine = known ?? { name, broker, remote, process: child, said: '' };
    machine.process = child;
    if (!known) this.machines.push(machine);
    await new Promise<void>((resolve, reject) => {
      const hear = (data: Buffer) => {
        machine.said += String(data);
        if (String(data).includes('has joined')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', () => reject(new Error(`worker ${name} has ended: ${machine.said}`)));
    });
    return machine;
  }

  /** The coordinator, as a process that may be killed. */
  startRun(...args: string[]): ReturnType<Sandbox['start']> {
    const first = ['stream', '--auto', '--json', '--broker', this.broker, '--lease', this.lease];
    const words =
      journaled(this) === '' ? [...first, '--agent-command', this.agent] : ['stream', '--resume', '--json'];
    return this.sandbox.start([...words, ...args]);
  }

  async finish(...args: string[]): Promise<SageResult> {
    const { exitCode = -1, stdout, stderr } = await this.startRun(...args);
    return { exitCode, stdout, stderr, events: [] };
  }

  /** Refs that runs have left on the remote. */
  remoteRefs(): string {
    return this.sandbox.git('ls-remote', 'origin', 'refs/sage/*');
  }

  /** Agents that still run, wherever. */
  agentsLeft(): string[] {
    const listed = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
    return listed
      .split('\n')
      .filter((line) => line.includes(join(this.folder, 'agent.sh')) && !line.includes(SAGE));
  }

  async #endMachines(): Promise<void> {
    for (const { process: child, broker, remote } of this.machines) {
      killGroup(child);
      broker.close();
      remote.close();
    }
    for (const line of this.agentsLeft()) {
      try {
        process.kill(Number(line.trim().split(/\s+/)[0]), 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
  }
}

/** Events that the journal of the newest run has so far. */
export function journaled(site: Site): string {
  const runs = join(site.sandbox.root, '.sage/runs');
  if (!existsSync(runs)) return '';
  const [newest] = execFileSync('ls', [runs], { encoding: 'utf8' }).trim().split('\n').toReversed();
  const file = join(runs, newest ?? '', 'journal.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function killGroup(child: ChildProcess | undefined): void {
  try {
    if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
