import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { openBroker, type Broker } from './broker.ts';
import { type Machine, type Site } from './site.ts';

/** Numbers from 0 up to 1, the same for the same seed. */
export type Random = () => number;

export interface Fault {
  readonly name: string;
  /** Does it, and puts right what it has broken. */
  readonly happen: (site: Site, random: Random) => Promise<void>;
}

export const LEASE_MS = 3_000;

/** Less than the lease, or well beyond it. */
const shorter = (random: Random) => delay(LEASE_MS * (0.1 + 0.4 * random()));
const longer = (random: Random) => delay(LEASE_MS * (1.3 + random()));

export const FAULTS: readonly Fault[] = [
  {
    name: 'worker kill -9, started again',
    async happen(site, random) {
      const machine = anyOf(site, random);
      machine.process.kill('SIGKILL');
      await delay(1000 * random());
      await site.startMachine(machine.name, 2);
    },
  },
  {
    name: 'worker SIGTERM, started again',
    async happen(site, random) {
      const machine = anyOf(site, random);
      const ended = new Promise((resolve) => machine.process.once('exit', resolve));
      machine.process.kill('SIGTERM');
      await ended;
      await site.startMachine(machine.name, 2);
    },
  },
  {
    name: 'worker frozen for less than its lease',
    happen: (site, random) => frozen(anyOf(site, random), () => shorter(random)),
  },
  {
    name: 'worker frozen beyond its lease',
    happen: (site, random) => frozen(anyOf(site, random), () => longer(random)),
  },
  {
    name: 'worker parted from the broker for less than its lease',
    happen: (site, random) => parted(anyOf(site, random), () => shorter(random)),
  },
  {
    name: 'worker parted from the broker beyond its lease',
    happen: (site, random) => parted(anyOf(site, random), () => longer(random)),
  },
  {
    name: 'worker parted from everything beyond its lease',
    async happen(site, random) {
      const machine = anyOf(site, random);
      machine.remote.part();
      await parted(machine, () => longer(random));
      machine.remote.heal();
    },
  },
  {
    name: 'connections of a worker are reset',
    async happen(site, random) {
      const machine = anyOf(site, random);
      machine.broker.reset();
      machine.remote.reset();
    },
  },
  {
    name: 'coordinator parted from the broker beyond the lease',
    async happen(site, random) {
      site.way.part();
      await longer(random);
      site.way.heal();
      site.way.reset();
    },
  },
  {
    name: 'broker kill -9, back within the lease',
    async happen(site, random) {
      await site.redis.stop();
      await shorter(random);
      await site.redis.start();
    },
  },
  {
    name: 'broker kill -9, back after the lease',
    async happen(site, random) {
      await site.redis.stop();
      await longer(random);
      await site.redis.start();
    },
  },
  {
    name: 'broker wiped',
    happen: (site) => withBroker(site, async ({ redis }) => void (await redis.flushall())),
  },
  {
    name: 'git server down for a while',
    async happen(site, random) {
      site.stopRemote();
      await delay(3_000 * random());
      await site.startRemote();
    },
  },
  {
    name: 'a push is killed',
    async happen(site) {
      for (let look = 0; look < 40; look += 1) {
        const pushes = pushesIn(site);
        for (const pid of pushes) killNow(pid);
        if (pushes.length > 0) return;
        await delay(25);
      }
    },
  },
  {
    name: 'an attempt is delivered twice',
    happen: (site) =>
      withBroker(site, async ({ redis, queues }) => {
        for (const queue of await queues())
          for (const job of await queue.getJobs(['active', 'completed', 'wait']))
            await queue.add('attempt', job.data as object, { jobId: `${job.id}.again` });
        await redis.publish('sage1:work', 'again');
      }),
  },
  {
    name: 'forged answers',
    happen: (site) =>
      withBroker(site, async ({ redis, queues }) => {
        const base = site.sandbox.git('rev-list', '--max-parents=0', 'HEAD');
        for (const queue of await queues())
          for (const job of await queue.getJobs(['active'])) {
            const { fence } = job.data as { fence: number };
            const told = { ignoredFiles: [], drift: [], exitCode: 0, seconds: 1, output: 0 };
            const forged = { v: 1, fence, worker: 'forger', outcome: 'completed', head: base, ...told };
            await redis.hset(queue.toKey(job.id ?? ''), {
              returnvalue: JSON.stringify(forged),
              finishedOn: String(Date.now()),
            });
            await redis.xadd(
              queue.toKey('events'),
              '*',
              'event',
              'completed',
              'jobId',
              job.id ?? '',
              'returnvalue',
              JSON.stringify(forged),
            );
          }
      }),
  },
  {
    name: 'hostile payloads',
    happen: (site) =>
      withBroker(site, async ({ queues }) => {
        const evil = { v: 1, ticketId: '../../x', repoUrl: 'ext::sh -c "touch /tmp/evil"' };
        for (const queue of await queues())
          for (const data of [evil, {}, [], 'text']) await queue.add('attempt', data);
      }),
  },
  {
    name: 'a worker drains, and another one comes',
    async happen(site, random) {
      const machine = anyOf(site, random);
      const ended = new Promise((resolve) => machine.process.once('exit', resolve));
      await site.sandbox.start(['worker', 'drain', machine.name, '--broker', site.redis.address]);
      await Promise.race([ended, delay(20_000)]);
      machine.process.kill('SIGKILL');
      await site.startMachine(machine.name, 2);
    },
  },
];

async function frozen({ process: child }: Machine, wait: () => Promise<unknown>): Promise<void> {
  child.kill('SIGSTOP');
  await wait();
  child.kill('SIGCONT');
}

async function parted({ broker }: Machine, wait: () => Promise<unknown>): Promise<void> {
  broker.part();
  await wait();
  broker.heal();
}

function anyOf(site: Site, random: Random): Machine {
  return site.machines[Math.floor(random() * site.machines.length)] as Machine;
}

async function withBroker(site: Site, work: (broker: Broker) => Promise<void>): Promise<void> {
  const broker = await openBroker(site.redis.address);
  try {
    await work(broker);
  } finally {
    await broker.close();
  }
}

function pushesIn(site: Site): number[] {
  return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(' push ') && line.includes('refs/sage/work'))
    .map((line) => Number(line.trim().split(/\s+/)[0]))
    .filter((pid) => inSite(site, pid));
}

function inSite(site: Site, pid: number): boolean {
  try {
    return execFileSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' }).startsWith(site.folder);
  } catch {
    return false;
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
