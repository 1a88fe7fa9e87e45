import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '@sage/git';
import * as z from 'zod';
import { createFile, removeFile } from '../durable-file.ts';

/** Earlier versions wrote `intent.json`. */
const INTENT_FILE = /^intent(?:-(\d{6,}))?\.json$/;

const oid = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const replacement = z.object({ old: oid, new: oid });

/** The new content of the user's staged and working versions of a managed file, as blobs. */
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
  /** The entries, each with its commit. */
  entries: z.array(z.object({ id: z.string(), commit: oid })),
});

/** A move of the target that is about to be made. */
export type Intent = z.infer<typeof schema>;
export type ManagedPlan = z.infer<typeof managedPlan>;

export interface StoredIntent {
  /** The name of its file. */
  readonly name: string;
  readonly intent: Intent;
}

/**
 * Writes the intent durably: what a recovery has to complete if the target has moved. Each intent has a separate
 * file, because an earlier one may still be unfinished. Returns the file's name.
 */
export async function writeIntent(directory: string, intent: Intent): Promise<string> {
  const text = `${JSON.stringify(intent)}\n`;
  const last = (await intentFiles(directory)).at(-1)?.number ?? 0;
  for (let number = last + 1; ; number += 1) {
    const name = `intent-${String(number).padStart(6, '0')}.json`;
    if (await createFile(directory, name, text)) return name;
  }
}

/**
 * The unfinished intents, in the order in which they were written. Removes an intent that cannot be read (a flipped
 * byte), because the trailers tell what has landed.
 */
export async function readIntents(directory: string): Promise<StoredIntent[]> {
  const found: StoredIntent[] = [];
  for (const { name } of await intentFiles(directory)) {
    try {
      const intent = schema.parse(JSON.parse(await readFile(join(directory, name), 'utf8')));
      found.push({ name, intent });
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof z.ZodError) await removeIntent(directory, name);
      else if (!isErrno(error, 'ENOENT')) throw error;
    }
  }
  return found;
}

export function removeIntent(directory: string, name: string): Promise<void> {
  return removeFile(directory, name);
}

async function intentFiles(directory: string): Promise<{ name: string; number: number }[]> {
  const found = (await readdir(directory)).flatMap((name) => {
    const match = INTENT_FILE.exec(name);
    return match ? [{ name, number: Number(match[1] ?? 0) }] : [];
  });
  return found.sort((a, b) => a.number - b.number);
}
