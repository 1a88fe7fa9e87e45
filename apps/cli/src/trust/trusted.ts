import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod';

const hashes = z.record(z.string(), z.string());
const schema = z.object({
  v: z.literal(2),
  /** Hash of the content by path. */
  files: hashes,
  /** Hashes of shell lines by the top of the repository. */
  commands: z.record(z.string(), z.array(z.string())),
});
/** The format from before commands were confirmed. */
const formerSchema = z.object({ v: z.literal(1), files: hashes });

/** What a user has confirmed on a machine. */
export type Trusted = z.infer<typeof schema>;

/** Empty if it cannot be read. */
export async function readTrusted(variables: NodeJS.ProcessEnv): Promise<Trusted> {
  const text = await readFile(storeFile(variables), 'utf8').catch(() => '');
  try {
    const value: unknown = JSON.parse(text);
    const former = formerSchema.safeParse(value).data;
    return former ? { v: 2, files: former.files, commands: {} } : schema.parse(value);
  } catch {
    return { v: 2, files: {}, commands: {} };
  }
}

/** The store of this user on this machine. */
export function storeFile(variables: NodeJS.ProcessEnv): string {
  const named = variables['XDG_CONFIG_HOME'];
  const folder = named && isAbsolute(named) ? named : join(variables['HOME'] ?? homedir(), '.config');
  return join(folder, 'sage/trusted.json');
}
