import { encodeRefComponent, SAGE_REFS } from '@sage/git';

/** The version of what coordinators and workers say to each other. */
export const PROTOCOL = 1;

/** Before the keys of BullMQ, which end with `:`. */
export const PREFIX = `sage${PROTOCOL}`;

/** Keys of the broker beside those of BullMQ. */
export const KEYS = {
  /** Hash: a worker's name to what it says of itself, whatever its version is. */
  workers: 'sage:workers',
  /** String that expires: a worker lives, and does this. */
  alive: (worker: string) => `sage:alive:${worker}`,
  /** Hash: worker to `drain` or `end`. */
  asked: 'sage:asked',
  /** Set: names of queues. */
  queues: `${PREFIX}:queues`,
  /** Hash of what an attempt was asked since it began, by number. */
  orders: (job: string) => `${PREFIX}:orders:${job}`,
  /** Stream of what the agents of a run print. */
  output: (run: string) => `${PREFIX}:output:${run}`,
} as const;

/** Channels of the broker. */
export const CHANNELS = {
  /** There is work; the message is the name of a queue. */
  work: `${PREFIX}:work`,
  /** An attempt is asked something; the message is the id of its job. */
  orders: `${PREFIX}:ordered`,
  /** A worker is asked something; the message is its name. */
  asked: 'sage:asked',
} as const;

/** The queue of attempts that need a worker with these capabilities. */
export function queueName(needs: readonly string[]): string {
  return ['attempts', ...[...new Set(needs)].toSorted().map((need) => encodeURIComponent(need))].join('+');
}

/** What a worker needs to have to take from a queue. */
export function needsOfQueue(queue: string): string[] {
  return queue
    .split('+')
    .slice(1)
    .map((need) => decodeURIComponent(need));
}

/** Anybody may write names into the broker: one that is not as `queueName` makes them is nobody's. */
export function isQueueName(name: string): boolean {
  try {
    return queueName(needsOfQueue(name)) === name;
  } catch {
    return false;
  }
}

/** Names an attempt in the broker. */
export function jobId(run: string, ticket: string, attempt: number): string {
  return `${run}.${encodeRefComponent(ticket)}.${attempt}`;
}

/** Where a worker puts what an attempt has made, on the remote. */
export function resultRef(ticket: string, attempt: number, fence: number): string {
  return `${SAGE_REFS.work}${encodeRefComponent(ticket)}/${attempt}-${fence}`;
}

/** Where the remote has a commit that attempts start from, until the run ends. */
export function baseRef(run: string, commit: string): string {
  return `${SAGE_REFS.bases}${encodeRefComponent(run)}/${commit}`;
}
