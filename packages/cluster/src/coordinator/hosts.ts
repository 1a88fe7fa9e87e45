import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { shellWord } from '@sage/workers';
import type { Redis } from 'ioredis';
import { askWorker, listWorkers } from '../broker/roster.ts';
import { ClusterError } from '../errors.ts';
import { type Ssh, startSsh } from './ssh.ts';

/** A machine on which a worker is started by ssh. */
export interface Host {
  /** A destination for ssh: a name, or USER@NAME. */
  readonly destination: string;
  readonly slots: number;
}

export interface HostsOptions {
  readonly hosts: readonly Host[];
  readonly redis: Redis;
  readonly broker: string;
  readonly lease: number;
  /** Words of `sage worker` that select the agent. */
  readonly agent: readonly string[];
  /** Distinguishes this repository from others on this machine that use the same host. */
  readonly root: string;
  readonly notice: (text: string) => void;
}

/** How long started workers may take to join and to leave. */
const JOIN_MS = 60_000;
const LEAVE_MS = 10_000;
const RETRY_MS = 1_000;
/** A worker leaves if it cannot reach the broker for this long, because nothing else would end it. */
const GIVE_UP_AFTER = '30m';
/** Below the ports that systems assign automatically. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/**
 * Parses hosts such as `a,user@b:4`. A number after a colon is the number of the worker's slots.
 * @throws {ClusterError} `BAD_HOST`
 */
export function parseHosts(text: string): Host[] {
  return text.split(',').map((word) => {
    const [, destination, slots = '1'] =
      /^\s*((?:[\w.-]+@)?\w[\w.-]*)(?::([1-9]\d{0,3}))?\s*$/.exec(word) ?? [];
    if (destination === undefined)
      throw new ClusterError(
        'BAD_HOST',
        `--hosts ${JSON.stringify(word)} is not a host: write NAME, NAME:SLOTS or USER@NAME:SLOTS`,
      );
    return { destination, slots: Number(slots) };
  });
}

/**
 * Starts `sage worker` on hosts by ssh, each with a tunnel to the broker, and resolves when all have joined. A
 * dropped connection is re-established, and the worker continues in the meantime.
 * @throws {ClusterError} `NO_HOST`
 */
export async function startHosts(options: HostsOptions): Promise<{ end(): Promise<void> }> {
  const started = options.hosts.map((host) => new StartedHost(host, options));
  const end = async () => {
    await Promise.all(started.map((host) => host.end()));
  };
  try {
    await Promise.all(started.map((host) => host.joined()));
  } catch (error) {
    await end();
    throw error;
  }
  return { end };
}

class StartedHost {
  readonly #host: Host;
  readonly #options: HostsOptions;
  readonly #name: string;
  readonly #port: number;
  readonly #ending = new AbortController();
  #tunnel: Ssh | undefined;
  #worker: Ssh | undefined;

  constructor(host: Host, options: HostsOptions) {
    this.#host = host;
    this.#options = options;
    const hash = createHash('sha256').update(`${host.destination}\0${hostname()}\0${options.root}`).digest();
    // The next process of a run uses the same port, so that a worker that is still running finds its broker again.
    this.#port = FIRST_PORT + (hash.readUInt32BE(0) % PORTS);
    this.#name = `${host.destination.replace(/^.*@/, '')}-${hash.toString('hex').slice(0, 6)}`;
  }

  /** Resolves when its worker has joined. */
  async joined(): Promise<void> {
    const failed = Promise.withResolvers<never>();
    if (this.#isTunnelled) void this.#keepTunnel(failed.reject);
    await Promise.race([this.#startWorker(), failed.promise]);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    const { redis, notice } = this.#options;
    if (await askWorker(redis, this.#name, 'end').catch(() => false)) {
      const until = performance.now() + LEAVE_MS;
      while (performance.now() < until && (await this.#isThere())) await delay(100);
      if (await this.#isThere())
        notice(`the worker on ${this.#host.destination} has not ended yet: it will leave on its own`);
    }
    this.#worker?.end();
    this.#tunnel?.end();
  }

  get #isTunnelled(): boolean {
    return new URL(this.#options.broker).protocol === 'redis:';
  }

  async #isThere(): Promise<boolean> {
    const workers = await listWorkers(this.#options.redis).catch(() => []);
    return workers.some(({ description, activity }) => description.name === this.#name && activity);
  }

  async #keepTunnel(failed: (error: Error) => void): Promise<void> {
    const { hostname, port } = new URL(this.#options.broker);
    const forward = `127.0.0.1:${this.#port}:${hostname}:${port === '' ? '6379' : port}`;
    let lost = false;
    while (!this.#ending.signal.aborted) {
      const began = performance.now();
      this.#tunnel = startSsh(['-N', '-R', forward, '--', this.#host.destination]);
      const { exitCode, said } = await this.#tunnel.ended;
      if (this.#ending.signal.aborted) return;
      const { destination } = this.#host;
      if (performance.now() - began < 2_000 && !lost && !/forwarding failed/.test(said))
        failed(
          new ClusterError(
            'NO_HOST',
            `${destination}: ssh ended with ${exitCode}: ${said}; try ssh ${destination} true`,
          ),
        );
      if (!lost) this.#options.notice(`${destination}: the connection was lost; connecting again`);
      lost = true;
      await delay(RETRY_MS, undefined, { signal: this.#ending.signal }).catch(() => {});
    }
  }

  async #startWorker(): Promise<void> {
    const until = performance.now() + JOIN_MS;
    const { destination } = this.#host;
    let said = '';
    while (!this.#ending.signal.aborted) {
      // A worker that an earlier process started may still be running.
      if (await this.#isThere()) return;
      const worker = startSsh(['--', destination, this.#command()], `${this.#address()}\n`);
      this.#worker = worker;
      const ended = worker.ended.then((end) => {
        said = end.said;
        return end;
      });
      for (;;) {
        const over = await Promise.race([ended, delay(200, undefined)]);
        if (await this.#isThere()) return;
        if (over && !/ECONNREFUSED|cannot be used/.test(over.said))
          throw new ClusterError(
            'NO_HOST',
            `${destination}: sage worker ended with ${over.exitCode}: ${over.said}`,
          );
        if (over) break;
        if (performance.now() > until) {
          worker.end();
          throw new ClusterError(
            'NO_HOST',
            `${destination}: no worker has joined within ${JOIN_MS / 1000} s ${said}`.trim(),
          );
        }
      }
      if (performance.now() > until)
        throw new ClusterError(
          'NO_HOST',
          `${destination}: no worker has joined within ${JOIN_MS / 1000} s: ${said}`,
        );
      await delay(RETRY_MS, undefined, { signal: this.#ending.signal }).catch(() => {});
    }
  }

  /** The broker's address as seen from the host. */
  #address(): string {
    if (!this.#isTunnelled) return this.#options.broker;
    const url = new URL(this.#options.broker);
    url.hostname = '127.0.0.1';
    url.port = String(this.#port);
    return url.href;
  }

  /** The address is passed on stdin, because process lists would show its password. */
  #command(): string {
    const { lease, agent } = this.#options;
    const words = ['--name', this.#name, '--slots', String(this.#host.slots)];
    words.push('--lease', `${Math.round(lease / 1000)}s`, '--give-up-after', GIVE_UP_AFTER, ...agent);
    const line = `IFS= read -r SAGE_BROKER && export SAGE_BROKER && exec sage worker ${words.map(shellWord).join(' ')}`;
    return `exec sh -c ${shellWord(line)}`;
  }
}
