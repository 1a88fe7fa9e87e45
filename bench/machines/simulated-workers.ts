// Many workers in one process, started by `thousand`: they join, take attempts, hold their leases, and answer after a while with
// a commit that a fast-import puts right into the remote. Arguments: broker, remote, how many, seconds an attempt, agent.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { openBroker } from '../../packages/cluster/src/broker/broker.ts';
import { BEAT_MS, beat, joinRoster } from '../../packages/cluster/src/broker/roster.ts';
import { PROTOCOL } from '../../packages/cluster/src/protocol/names.ts';
import { type Answer, payloadSchema } from '../../packages/cluster/src/protocol/payload.ts';
import { capabilitiesOf } from '../../packages/cluster/src/protocol/self-description.ts';
import { Lease } from '../../packages/cluster/src/worker/lease.ts';
import { Slots, type TakenJob } from '../../packages/cluster/src/worker/slots.ts';

const [address = '', remote = '', count = '', seconds = '', agent = ''] = process.argv.slice(2);
const LEASE_MS = 60_000;
/** Commits are made known to the remote together. */
const CHECKPOINT_MS = 100;

const fastImport = spawn(
  'git',
  ['-C', remote, '-c', 'fastimport.unpackLimit=100000', 'fast-import', '--quiet'],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
);
const marks: ((commit: string) => void)[] = [];
const checkpoints: (() => void)[] = [];
createInterface({ input: fastImport.stdout }).on('line', (line) => {
  if (line.startsWith('progress')) checkpoints.shift()?.();
  else marks.shift()?.(line);
});
let nextMark = 1;
let checkpoint: Promise<void> | undefined;

async function commitOn(base: string, ref: string, path: string, message: string): Promise<string> {
  const mark = nextMark;
  nextMark += 1;
  const made = new Promise<string>((resolve) => marks.push(resolve));
  fastImport.stdin.write(
    `commit ${ref}\nmark :${mark}\ncommitter Sim <sim@example.org> ${Math.floor(Date.now() / 1000)} +0000\n` +
      `data ${Buffer.byteLength(message)}\n${message}\nfrom ${base}\n` +
      `M 100644 inline ${path}\ndata ${Buffer.byteLength(path)}\n${path}\n\nget-mark :${mark}\n`,
  );
  const commit = await made;
  checkpoint ??= delay(CHECKPOINT_MS).then(() => {
    checkpoint = undefined;
    fastImport.stdin.write('checkpoint\n\nprogress done\n\n');
    return new Promise<void>((resolve) => checkpoints.push(resolve));
  });
  await checkpoint;
  return commit;
}

const broker = await openBroker(address);

async function work(worker: string, { job, token }: TakenJob): Promise<boolean> {
  const { fence, base, resultRef, message, ticketId } = payloadSchema.parse(job.data);
  const lease = Lease.of(job, token, LEASE_MS).start();
  await job.updateProgress({ kind: 'started', fence, worker });
  await delay(1000 * Number(seconds) * (0.5 + Math.random()));
  const head = await commitOn(base, resultRef, `out/${ticketId}.txt`, message);
  const answer: Answer = {
    v: PROTOCOL,
    fence,
    worker,
    outcome: 'completed',
    head,
    ignoredFiles: [],
    drift: [],
    exitCode: 0,
    seconds: Number(seconds),
    output: 0,
  };
  await job.moveToCompleted(answer, token, false);
  lease.end();
  return true;
}

for (let n = 1; n <= Number(count); n += 1) {
  const description = {
    name: `sim-${n}`,
    protocol: PROTOCOL,
    host: 'simulated',
    pid: process.pid,
    slots: 1,
    labels: [],
    lease: LEASE_MS,
    sage: '',
    node: process.version,
    git: '',
    platform: 'linux',
    sandbox: false,
    agents: [{ name: agent }],
    since: new Date().toISOString(),
  };
  await joinRoster(broker.redis, description);
  const doing = { attempts: [], draining: false };
  setInterval(() => void beat(broker.redis, description, doing).catch(() => {}), BEAT_MS);
  const slots = new Slots({
    broker,
    worker: description.name,
    slots: 1,
    lease: LEASE_MS,
    capabilities: capabilitiesOf(description),
    work: (taken) => work(description.name, taken),
  });
  await slots.open();
}
console.log('joined');
await once(process.stdin.resume(), 'end');
process.exit(0);
