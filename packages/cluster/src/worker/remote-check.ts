import { PROTOCOL } from '../protocol/names.ts';
import type { CheckPayload, CheckAnswer } from '../protocol/payload.ts';
import type { RunRoom } from './run-rooms.ts';

/** Runs a command on exactly one commit, like a local check. */
export async function checkHere(
  payload: CheckPayload,
  room: RunRoom,
  { worker, signal }: { readonly worker: string; readonly signal: AbortSignal },
): Promise<CheckAnswer> {
  const { fence, commit, baseRef, limits, command, timeout } = payload;
  await room.mirror.fetchBase({ base: commit, baseRef, limits }, signal);
  const { ok, output } = await room.workers.check({ run: room.run, command, commit, timeout, signal });
  return { v: PROTOCOL, fence, worker, ok, output };
}
