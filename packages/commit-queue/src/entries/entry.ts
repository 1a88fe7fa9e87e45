import * as z from 'zod';

export type EntryState = 'queued' | 'landed' | 'conflicted' | 'rejected' | 'dropped';

/** Every change of state there is. `rejected`: verify failed, or the work cannot be landed at all. */
export const TRANSITIONS: Readonly<Record<EntryState, readonly EntryState[]>> = {
  queued: ['landed', 'conflicted', 'rejected', 'dropped'],
  conflicted: ['queued', 'dropped'],
  rejected: ['queued', 'dropped'],
  landed: [],
  dropped: [],
};

const oid = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
export const entrySchema = z.looseObject({
  v: z.literal(1),
  /** Random, safe in URLs and refs. */
  id: z.string().regex(/^[0-9a-f]{20}$/),
  /** The order of arrival. */
  sequence: z.int().positive(),
  ticket: z.string(),
  /** Full ref of the branch to land on. */
  target: z.string(),
  /** The commit the work began from, and the finished work. */
  base: oid,
  commit: oid,
  message: z.string(),
  author: z.object({ name: z.string(), email: z.string(), date: z.string().exactOptional() }).exactOptional(),
  state: z.enum(['queued', 'landed', 'conflicted', 'rejected', 'dropped']),
  enqueuedAt: z.string(),
  updatedAt: z.string(),
  /** The commit on the target that carries the work. */
  landed: oid.exactOptional(),
  /** The files in conflict, and the tickets that touched them on the target since `base`. */
  conflict: z.object({ files: z.array(z.string()), tickets: z.array(z.string()) }).exactOptional(),
  reason: z.string().exactOptional(),
  /** The last lines of verify. */
  output: z.string().exactOptional(),
  /** Where all that verify printed is, as the verify says it. */
  log: z.string().exactOptional(),
  /** It has landed after a verify that failed once and then passed. */
  flaky: z.boolean().exactOptional(),
});

export type QueueEntry = z.infer<typeof entrySchema>;
