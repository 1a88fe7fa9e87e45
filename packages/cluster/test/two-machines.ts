import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@sage/git';
import type { SentAttempt, WorkerPool } from '@sage/stream';
import { repository, type TestRepository, userGit } from '@sage/test-support/repository';
import { startRedis, type TestRedis } from '@sage/test-support/redis';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { type AgentRun, openWorkers, resolveAgent, type WorkRequest } from '@sage/workers';
import { onTestFinished } from 'vitest';
import { openCluster, runWorker } from '../src/index.ts';

/** Long, as a machine with much to do renews it late. */
const LEASE_MS = 60_000;

interface Bench {
  /** The id of the run. */
  readonly runId: string;
  readonly redis: TestRedis;
  readonly repository: TestRepository;
  /** The bare repository that both sides reach. */
  readonly remote: string;
  readonly base: string;
  /** What the coordinator has said. */
  readonly notices: string[];
  /** What the workers have said. */
  readonly said: string[];
  readonly fences: number[];
  /** What agents have been started with, one line each. */
  readonly agent: string;
  /** A shell script that agents run: it has `$SAGE_TICKET_ID`. */
  script(lines: string): void;
  /** Starts a worker in this process. Resolves when it has joined. */
  worker(
    name: string,
    options?: { slots?: number; labels?: string[]; broker?: string; folder?: string },
  ): Promise<TestWorker>;
  /** The coordinator; another call is another process of the same run. */
  coordinator(options?: { run?: string; hasAgent?: boolean; lease?: number }): Promise<Coordinator>;
  request(ticket: string, options?: Partial<WorkRequest>): WorkRequest;
  git(...args: string[]): string;
}

interface TestWorker {
  stop(): Promise<void>;
  readonly over: Promise<void>;
}

interface Coordinator {
  readonly pool: WorkerPool;
  /** As `pool.run`, with fences that grow. */
  run(request: WorkRequest, run?: AgentRun): ReturnType<WorkerPool['run']>;
  /** Leaves everything as a killed process does. */
  vanish(): Promise<void>;
  close(): Promise<void>;
}

/** A Redis, a repository with a remote, and as many machines as a test asks for. `init`: more arguments of `git init`. */
export async function bench(...init: string[]): Promise<Bench> {
  // The processes of a run are found by its id on the whole machine.
  const runId = `run-${randomBytes(4).toString('hex')}`;
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const mine = repository({ 'README.md': 'hello\n', 'src/a.txt': 'a\n' }, ...init);
  const remote = join(temporaryFolder(), 'remote.git');
  userGit(mine.root, 'init', '--quiet', '--bare', ...init, remote);
  mine.git('remote', 'add', 'origin', remote);
  mine.git('push', '--quiet', 'origin', 'main');
  const agent = join(temporaryFolder(), 'agent.sh');
  const notices: string[] = [];
  const said: string[] = [];
  const fences: number[] = [];
  const sent: Omit<SentAttempt, 'landed'>[] = [];
  const script = (lines: string) => {
    writeFileSync(agent, `#!/bin/sh\ncat > /dev/null\n${lines}\n`);
    chmodSync(agent, 0o755);
  };
  script('echo "working on $SAGE_TICKET_ID"; echo "$SAGE_TICKET_ID" > "src/$SAGE_TICKET_ID.txt"');
  const opened = await openRepository(mine.root);
  const base = mine.git('rev-parse', 'HEAD');

  return {
    runId,
    redis,
    repository: mine,
    remote,
    base,
    notices,
    said,
    fences,
    agent,
    script,
    git: (...args) => mine.git(...args),
    async worker(name, { slots = 1, labels, broker = redis.address, folder = temporaryFolder() } = {}) {
      const stop = new AbortController();
      const kill = new AbortController();
      const joined = Promise.withResolvers<void>();
      const over = runWorker({
        broker,
        name,
        slots,
        labels,
        lease: LEASE_MS,
        agent: { command: agent },
        version: '0.0.0',
        folder,
        stop: stop.signal,
        killSignal: kill.signal,
        onNotice(text) {
          said.push(text);
          if (text.includes('has joined')) joined.resolve();
        },
      });
      over.catch(joined.reject);
      const end = async () => {
        stop.abort();
        await over;
      };
      onTestFinished(end);
      await joined.promise;
      return { stop: end, over };
    },
    async coordinator({ run = runId, hasAgent = true, lease = LEASE_MS } = {}) {
      const cluster = await openCluster({
        broker: redis.address,
        lease,
        follow: true,
        own: {
          sage: '0.0.0',
          node: process.version,
          git: '',
          ...(hasAgent && { agent: { name: 'command' } }),
        },
        equipment: {
          agent: { name: 'command', allow: [], environment: [], secrets: [] },
          worktrees: {},
          sandbox: undefined,
          limits: { timeout: 60_000 },
        },
        notice: (text) => notices.push(text),
      });
      const local = await openWorkers({
        repository: opened,
        agent: resolveAgent({ command: agent }),
        timeout: 60_000,
        protectedPaths: ['tickets.json'],
        worktrees: { directory: temporaryFolder() },
      });
      const place = {
        repository: opened,
        run,
        target: 'refs/heads/main',
        protectedPaths: ['tickets.json'],
      };
      const pool = await cluster.extend(local, place);
      let open = true;
      const vanish = async () => {
        if (open) await cluster.close();
        open = false;
      };
      const close = async () => {
        if (open) {
          await pool.finish?.(sent.map((one) => ({ ...one, landed: false })));
          await pool.close();
        }
        await vanish();
      };
      onTestFinished(close);
      return {
        pool,
        vanish,
        close,
        run: (request, agentRun = {}) =>
          pool.run(request, {
            async issueFence() {
              const fence = (fences.at(-1) ?? 0) + 1;
              fences.push(fence);
              sent.push({ ticket: request.ticket.id, attempt: request.attempt, fence });
              return fence;
            },
            ...agentRun,
          }),
      };
    },
    request: (ticket, options = {}) => ({
      run: runId,
      worker: 1,
      attempt: 1,
      ticket: { id: ticket, title: `Title of ${ticket}`, type: 'task', component: 'T' },
      base,
      message: `feat: ${ticket}`,
      ...options,
    }),
  };
}

/** Resolves when a function returns something; the test's own limit ends a wait without end. */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
