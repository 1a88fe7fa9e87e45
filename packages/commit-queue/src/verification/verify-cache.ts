import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../durable-file.ts';
import type { Candidate, Verdict } from '../landing/landing-context.ts';

const FOLDER = 'verified';

type Verify = (candidate: Candidate) => Promise<Verdict>;

/**
 * The same verify, not asked again about a tree that has passed under the same key (the command and what it
 * depends on). Only passes are kept, a file each in `<directory>/verified`: a failure may be a flaky one.
 */
export function withVerifyCache(verify: Verify, directory: string, key: string): Verify {
  const folder = join(directory, FOLDER);
  return async (candidate) => {
    const name = createHash('sha256')
      .update(JSON.stringify([key, candidate.tree]))
      .digest('hex');
    if (existsSync(join(folder, name))) return { ok: true, output: '' };
    const verdict = await verify(candidate);
    if (verdict.ok) {
      await mkdir(folder, { recursive: true });
      await replaceFile(folder, name, `${candidate.commit}\n`);
    }
    return verdict;
  };
}

export async function clearVerifyCache(directory: string): Promise<void> {
  await rm(join(directory, FOLDER), { recursive: true, force: true });
}
