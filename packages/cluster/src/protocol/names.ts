import { encodeRefComponent, SAGE_REFS } from '@sage/git';

/** The version of the protocol between coordinators and workers. */
export const PROTOCOL = 1;

/** Prefix for the keys of BullMQ, which end with `:`. */
export const PREFIX = `sage${PROTOCOL}`;

/** Keys in the broker, in addition to those of BullMQ. */
export const KEYS = {
  /** Hash: a worker's name to its description, for workers of any version. */
  workers: 'sage:workers',
  /** String that expires: a living worker's activity. */
  alive: (worker: string) => `sage:alive:${worker}`,
  /** Hash: worker to `drain` or `end`. */
  asked: 'sage:asked',
  /** Set: names of queues. */
  queues: `${PREFIX}:queues`,
  /** Hash of the orders to an attempt since it began, by number. */
  orders: (job: string) => `${PREFIX}:orders:${job}`,
  /** Stream of the output of a run's agents. */
  output: (run: string) => `${PREFIX}:output:${run}`,
} as const;

/** Channels of the broker. */
export const CHANNELS = {
  /** There is work; the message is the name of a queue. */
  work: `${PREFIX}:work`,
  /** An attempt has an order; the message is the id of its job. */
  orders: `${PREFIX}:ordered`,
  /** A worker has a request; the message is its name. */
  asked: 'sage:asked',
} as const;

/** The queue of attempts that need a worker with these capabilities. */
export function queueName(needs: readonly string[]): string {
  return ['attempts', ...[...new Set(needs)].toSorted().map((need) => encodeURIComponent(need))].join('+');
}

/** What a worker needs to take jobs from a queue. */
export function needsOfQueue(queue: string): string[] {
  return queue
    .split('+')
    .slice(1)
    .map((need) => decodeURIComponent(need));
}

/** Anyone may write names into the broker, so only names made by `queueName` are accepted. */
export function isQueueName(name: string): boolean {
  try {
    return queueName(needsOfQueue(name)) === name;
  } catch {
    return false;
  }
}

/** The name of an attempt in the broker. */
export function jobId(run: string, ticket: string, attempt: number): string {
  return `${run}.${encodeRefComponent(ticket)}.${attempt}`;
}

/** The ref on the remote for the result of an attempt. */
export function resultRef(ticket: string, attempt: number, fence: number): string {
  return `${SAGE_REFS.work}${encodeRefComponent(ticket)}/${attempt}-${fence}`;
}

/** The ref on the remote for a commit that attempts start from, until the run ends. */
export function baseRef(run: string, commit: string): string {
  return `${SAGE_REFS.bases}${encodeRefComponent(run)}/${commit}`;
}
