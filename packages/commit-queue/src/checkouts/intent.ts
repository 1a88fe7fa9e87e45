import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeFile, replaceFile } from '../durable-file.ts';
import { isErrno } from '../errors.ts';

const FILE = 'intent.json';

const oid = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const replacement = z.object({ old: oid, new: oid });

/** What a user's own staged and working version of a managed file become, as blobs. */
const managedPlan = z.object({
  path: z.string(),
  mode: z.string(),
  staged: replacement.exactOptional(),
  working: replacement.exactOptional(),
});

const schema = z.object({
  target: z.string(),
  old: oid,
  new: oid,
  checkouts: z.array(z.object({ worktree: z.string(), managed: z.array(managedPlan) })),
  /** Which commit of the move carries which entry. */
  entries: z.array(z.object({ id: z.string(), commit: oid })),
});

/** A move of the target that is about to be made. */
export type Intent = z.infer<typeof schema>;
export type ManagedPlan = z.infer<typeof managedPlan>;

/** Makes the intent durable: what a recovery has to complete when the target has moved. */
export function writeIntent(directory: string, intent: Intent): Promise<void> {
  return replaceFile(directory, FILE, `${JSON.stringify(intent)}\n`);
}

/** One that cannot be read (a flipped byte) is none: the trailers tell what has landed. */
export async function readIntent(directory: string): Promise<Intent | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(join(directory, FILE), 'utf8')));
  } catch (error) {
    if (isErrno(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError)
      return undefined;
    throw error;
  }
}

export function removeIntent(directory: string): Promise<void> {
  return removeFile(directory, FILE);
}
