import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { forgetWorker, joinRoster, listWorkers } from '../broker/roster.ts';
import { ClusterError } from '../errors.ts';
import { KEYS } from '../protocol/names.ts';
import type { WorkerDescription } from '../protocol/self-description.ts';
import { thisMachine } from './this-machine.ts';

/** A worker that was killed on another machine keeps its name for this long. */
const NAME_TIMEOUT_MS = 20_000;

/**
 * Joins under a name that no other worker has; `mayCount` allows to add a number to it. Returns the description under
 * which it has joined; undefined if it was stopped before that.
 * @throws {ClusterError} `NAME_TAKEN`
 */
export async function joinBroker(
  redis: Redis,
  description: WorkerDescription,
  mayCount: boolean,
  stop: AbortSignal,
): Promise<WorkerDescription | undefined> {
  const until = performance.now() + NAME_TIMEOUT_MS;
  for (let number = 1; !stop.aborted;) {
    const name = number === 1 ? description.name : `${description.name}-${number}`;
    const named = { ...description, name };
    if (await joinRoster(redis, named)) return named;
    const other = (await listWorkers(redis)).find((entry) => entry.description.name === name);
    if (other && (await isDeadHere(other.description))) {
      await redis.del(KEYS.alive(name));
      await forgetWorker(redis, name);
    } else if (mayCount) number += 1;
    else if (performance.now() > until)
      throw new ClusterError(
        'NAME_TAKEN',
        `a worker with the name ${name} works already${other ? ` on ${other.description.host}` : ''}: choose another with --name`,
      );
    else await delay(500, undefined, { signal: stop }).catch(() => {});
  }
  return undefined;
}

/** Whether the worker was killed on this machine. */
async function isDeadHere({ machine, pid }: WorkerDescription): Promise<boolean> {
  if (machine !== (await thisMachine())) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
