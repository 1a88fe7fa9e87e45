import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '@sage/git';
import * as z from 'zod';
import { createFile, removeFile } from '../durable-file.ts';

/** `intent.json` is what earlier versions wrote. */
const INTENT_FILE = /^intent(?:-(\d{6,}))?\.json$/;

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

export interface StoredIntent {
  /** The name of its file. */
  readonly name: string;
  readonly intent: Intent;
}

/**
 * Makes the intent durable: what a recovery has to complete when the target has moved. Each has a file of its own,
 * as an earlier one may still be unfinished. Returns the file's name.
 */
export async function writeIntent(directory: string, intent: Intent): Promise<string> {
  const text = `${JSON.stringify(intent)}\n`;
  const last = (await intentFiles(directory)).at(-1)?.number ?? 0;
  for (let number = last + 1; ; number += 1) {
    const name = `intent-${String(number).padStart(6, '0')}.json`;
    if (await createFile(directory, name, text)) return name;
  }
}

/** The unfinished intents, in the order they were written. One that cannot be read (a flipped byte) is removed: the trailers say what has landed. */
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
