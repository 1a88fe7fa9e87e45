import type { Redis } from 'ioredis';
import { CHANNELS, KEYS } from '../protocol/names.ts';
import {
  activitySchema,
  descriptionSchema,
  type WorkerActivity,
  type WorkerDescription,
} from '../protocol/self-description.ts';

/** How often a worker reports that it is alive. */
export const BEAT_MS = 3_000;
/** A worker that has not reported for this long, by the broker's clock, is gone. */
const GONE_MS = 15_000;

export interface RosterEntry {
  readonly description: WorkerDescription;
  /** Undefined if it is gone without having left properly. */
  readonly activity: WorkerActivity | undefined;
}

/** A request to a worker: accept no more attempts, or end as soon as its current work is done or kept. */
export type WorkerAsked = 'drain' | 'end';

/** All workers that have joined and not left, sorted by name. */
export async function listWorkers(redis: Redis): Promise<readonly RosterEntry[]> {
  const known = Object.values(await redis.hgetall(KEYS.workers)).flatMap(
    (text) => parsed(descriptionSchema, text) ?? [],
  );
  if (known.length === 0) return [];
  const alive = await redis.mget(known.map(({ name }) => KEYS.alive(name)));
  return known
    .map((description, index) => ({ description, activity: parsed(activitySchema, alive[index]) }))
    .toSorted((a, b) => a.description.name.localeCompare(b.description.name));
}

/** Registers a worker. Returns whether its name was free. */
export async function joinRoster(redis: Redis, description: WorkerDescription): Promise<boolean> {
  const { name } = description;
  const idle = JSON.stringify({ attempts: [], draining: false } satisfies WorkerActivity);
  if ((await redis.set(KEYS.alive(name), idle, 'PX', GONE_MS, 'NX')) === null) return false;
  await redis.hset(KEYS.workers, name, JSON.stringify(description));
  await redis.hdel(KEYS.asked, name);
  return true;
}

/**
 * Reports that a worker is alive, and its activity. Includes its description, which a broker that was wiped has lost.
 */
export async function beat(
  redis: Redis,
  description: WorkerDescription,
  activity: WorkerActivity,
): Promise<void> {
  await redis
    .multi()
    .set(KEYS.alive(description.name), JSON.stringify(activity), 'PX', GONE_MS)
    .hset(KEYS.workers, description.name, JSON.stringify(description))
    .exec();
}

export async function leaveRoster(redis: Redis, name: string): Promise<void> {
  await redis.multi().del(KEYS.alive(name)).hdel(KEYS.workers, name).hdel(KEYS.asked, name).exec();
}

/** Removes a worker that is gone without having left. */
export async function forgetWorker(redis: Redis, name: string): Promise<void> {
  if ((await redis.exists(KEYS.alive(name))) === 0) await redis.hdel(KEYS.workers, name);
}

/** Returns whether there is such a worker. */
export async function askWorker(redis: Redis, name: string, what: WorkerAsked): Promise<boolean> {
  if ((await redis.exists(KEYS.alive(name))) === 0) return false;
  await redis.hset(KEYS.asked, name, what);
  await redis.publish(CHANNELS.asked, name);
  return true;
}

export async function askedOf(redis: Redis, name: string): Promise<WorkerAsked | undefined> {
  const asked = await redis.hget(KEYS.asked, name);
  return asked === 'drain' || asked === 'end' ? asked : undefined;
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: boolean; data?: T } },
  text: string | null | undefined,
): T | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
