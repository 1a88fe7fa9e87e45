import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeFile, replaceFile } from './durable-file.ts';
import { intentSchema } from './entry.ts';
import { isErrno } from './errors.ts';

const FILE = 'group-intent.json';

/** A landing of several entries at once: which commit carries which. */
const groupIntentSchema = intentSchema.extend({
  entries: z.array(z.object({ id: z.string(), commit: z.string() })),
});

export type GroupIntent = z.infer<typeof groupIntentSchema>;

/** Makes the intent durable: what a recovery has to complete when the target has moved. */
export function writeGroupIntent(directory: string, intent: GroupIntent): Promise<void> {
  return replaceFile(directory, FILE, `${JSON.stringify(intent)}\n`);
}

/** One that cannot be read (a flipped byte) is none: the trailers tell what has landed. */
export async function readGroupIntent(directory: string): Promise<GroupIntent | undefined> {
  try {
    return groupIntentSchema.parse(JSON.parse(await readFile(join(directory, FILE), 'utf8')));
  } catch (error) {
    if (isErrno(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError)
      return undefined;
    throw error;
  }
}

export function removeGroupIntent(directory: string): Promise<void> {
  return removeFile(directory, FILE);
}
