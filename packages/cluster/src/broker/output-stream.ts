import type { Redis } from 'ioredis';
import { KEYS } from '../protocol/names.ts';

/** A part of an agent's output. */
export interface OutputChunk {
  readonly job: string;
  readonly fence: number;
  /** In bytes, from the start of the output. */
  readonly offset: number;
  readonly data: Buffer;
}

/**
 * How many chunks the broker keeps for a run whose coordinator does not read them. Older chunks are dropped, and
 * reported as missing.
 */
const MAX_CHUNKS = 4_000;
const EXPIRES_MS = 7 * 86_400_000;

export async function sendOutput(redis: Redis, run: string, chunk: OutputChunk): Promise<void> {
  const { job, fence, offset, data } = chunk;
  const key = KEYS.output(run);
  await redis.xadd(
    key,
    'MAXLEN',
    '~',
    MAX_CHUNKS,
    '*',
    'job',
    job,
    'fence',
    String(fence),
    'offset',
    String(offset),
    'data',
    data,
  );
  await redis.pexpire(key, EXPIRES_MS);
}

/** Yields the output of a run's agents, oldest first, and removes it from the broker. Ends with the connection. */
export async function* readOutput(redis: Redis, run: string): AsyncGenerator<OutputChunk> {
  const key = Buffer.from(KEYS.output(run));
  let last = '0';
  for (;;) {
    const streams = await redis.xreadBuffer('COUNT', 100, 'BLOCK', 5_000, 'STREAMS', key, last);
    const entries = streams?.[0]?.[1] ?? [];
    for (const [id, fields] of entries) {
      const chunk = chunkOf(fields);
      if (chunk) yield chunk;
      last = id.toString();
    }
    if (entries.length > 0) await redis.xtrim(KEYS.output(run), 'MINID', next(last));
  }
}

export async function forgetOutput(redis: Redis, run: string): Promise<void> {
  await redis.del(KEYS.output(run));
}

function chunkOf(fields: readonly Buffer[]): OutputChunk | undefined {
  const values = new Map<string, Buffer>();
  for (let at = 0; at + 1 < fields.length; at += 2) values.set(String(fields[at]), fields[at + 1] as Buffer);
  const [fence, offset] = [Number(values.get('fence')), Number(values.get('offset'))];
  const data = values.get('data');
  if (!data || !Number.isSafeInteger(fence) || !Number.isSafeInteger(offset) || offset < 0) return undefined;
  return { job: String(values.get('job')), fence, offset, data };
}

/** The id after this one. */
function next(id: string): string {
  const [time = '0', count = '0'] = id.split('-');
  return `${time}-${Number(count) + 1}`;
}
