import * as z from 'zod';

export type EntryState = 'queued' | 'landed' | 'conflicted' | 'rejected' | 'dropped';

/** All changes of state. `rejected`: verify failed, or the work cannot land at all. */
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
  /** The commit that the work started from, and the finished work. */
  base: oid,
  commit: oid,
  message: z.string(),
  author: z.object({ name: z.string(), email: z.string(), date: z.string().exactOptional() }).exactOptional(),
  state: z.enum(['queued', 'landed', 'conflicted', 'rejected', 'dropped']),
  enqueuedAt: z.string(),
  updatedAt: z.string(),
  /** The commit on the target that carries the work. */
  landed: oid.exactOptional(),
  /** The files in conflict, and the tickets that have changed them on the target since `base`. */
  conflict: z.object({ files: z.array(z.string()), tickets: z.array(z.string()) }).exactOptional(),
  reason: z.string().exactOptional(),
  /** The last lines of verify's output. */
  output: z.string().exactOptional(),
  /** The place of verify's whole output, as reported by verify. */
  log: z.string().exactOptional(),
  /** It landed after verify failed once and then passed. */
  flaky: z.boolean().exactOptional(),
});

export type QueueEntry = z.infer<typeof entrySchema>;
