import { freeBytes } from '@sage/git';
import type { Broker } from '../broker/broker.ts';
import { BrokerContact } from '../broker/broker-contact.ts';
import { askedOf, BEAT_MS, beat, leaveRoster } from '../broker/roster.ts';
import { CHANNELS } from '../protocol/names.ts';
import { capabilitiesOf, type WorkerDescription } from '../protocol/self-description.ts';
import { within } from '../within.ts';
import { OrderWatch } from './order-watch.ts';
import type { RunRooms } from './run-rooms.ts';
import { Slots } from './slots.ts';
import { type Doing, workOnJob } from './work-on-job.ts';

/** How long an ending worker waits for a broker that is gone. */
const GOODBYE_MS = 2_000;

export interface RunningWorkerOptions {
  readonly broker: Broker;
  /** The description it has joined with. */
  readonly description: WorkerDescription;
  readonly rooms: RunRooms;
  /** A folder on the disk that it reports. */
  readonly folder: string;
  /** After this many milliseconds without the broker, it leaves. */
  readonly giveUpAfter: number;
  readonly stop: AbortSignal;
  readonly killSignal: AbortSignal;
  readonly onNotice: (text: string) => void;
}

/** Takes attempts and reports that it is alive, until it is asked to end and its attempts are over. */
export async function runJoinedWorker(options: RunningWorkerOptions): Promise<void> {
  const { broker, description, rooms, folder, giveUpAfter, stop, killSignal, onNotice } = options;
  const { name, slots, lease, agents, labels } = description;
  const doing = new Map<string, Doing>();
  const halt = new AbortController();
  const ending = Promise.withResolvers<void>();
  let draining = false;

  await rooms.clear();
  const orders = await OrderWatch.open(broker);
  const context = { broker, worker: name, lease, rooms, orders, doing, killSignal, onNotice };
  const places = new Slots({
    broker,
    worker: name,
    slots,
    lease,
    capabilities: capabilitiesOf(description),
    work: (taken, slot) => workOnJob(taken, slot, { ...context, stop: halt.signal }),
  });
  const sign = async () =>
    beat(broker.redis, description, {
      attempts: [...doing.values()],
      draining,
      freeDisk: await freeBytes(folder),
    });
  const look = async () => {
    const asked = await askedOf(broker.redis, name);
    if (asked === undefined) return;
    draining = true;
    if (asked === 'end') halt.abort();
    ending.resolve();
    await sign();
  };
  const subscriber = broker.connect();
  subscriber.on('message', (_: string, named: string) => {
    if (named === name) void look().catch(() => {});
  });
  await subscriber.subscribe(CHANNELS.asked);
  const contact = new BrokerContact(onNotice, 'attempts under way continue, and no new ones are taken');
  const beating = setInterval(() => {
    void contact.ask(async () => {
      await sign();
      await look();
    });
    if (contact.silence < giveUpAfter) return;
    onNotice(`worker ${name} has not reached the broker for ${Math.round(giveUpAfter / 60_000)} min`);
    ending.resolve();
  }, BEAT_MS);
  const onStop = () => {
    halt.abort();
    ending.resolve();
  };
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  try {
    await places.open();
    const offers = [...agents.map((agent) => agent.name), ...labels].join(', ');
    onNotice(`worker ${name} has joined with ${slots === 1 ? '1 slot' : `${slots} slots`}: ${offers}`);
    await ending.promise;
    if (!halt.signal.aborted && places.busy > 0)
      onNotice(`worker ${name} takes nothing more; ${places.busy} under way`);
    await places.drain();
  } finally {
    clearInterval(beating);
    orders.close();
    await rooms.close();
    await within(GOODBYE_MS, leaveRoster(broker.redis, name)).catch(() => {});
    onNotice(`worker ${name} has left`);
  }
}
