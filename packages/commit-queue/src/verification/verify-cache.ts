import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolderWithin, replaceFile } from '@sage/git';

import type { Verdict } from '../landing/landing-context.ts';

const FOLDER = 'verified';
/** How many passes `cleanup` keeps. */
const MAX_KEPT = 200;

/**
 * Wraps a verify and skips it for a tree that has passed under the same key (the command and what it depends on).
 * Only passes are kept, as files in `<directory>/verified`, because a failure may be flaky.
 */
export function withVerifyCache<C extends { commit: string; tree: string }>(
  verify: (candidate: C) => Promise<Verdict>,
  directory: string,
  key: string,
): (candidate: C) => Promise<Verdict> {
  const folder = join(directory, FOLDER);
  return async (candidate) => {
    const name = createHash('sha256')
      .update(JSON.stringify([key, candidate.tree]))
      .digest('hex');
    if (existsSync(join(folder, name))) return { ok: true, output: '' };
    const verdict = await verify(candidate);
    if (verdict.ok) {
      await makeFolderWithin(folder);
      await replaceFile(join(folder, name), `${candidate.commit}\n`, { durable: true });
    }
    return verdict;
  };
}

/** Removes all but the newest passes, which include the tree that the next run starts from. */
export async function pruneVerifyCache(directory: string): Promise<void> {
  const folder = join(directory, FOLDER);
  const names = await readdir(folder).catch(() => []);
  if (names.length <= MAX_KEPT) return;
  const files = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      return { file, written: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  const old = files.toSorted((a, b) => b.written - a.written).slice(MAX_KEPT);
  for (const { file } of old) await rm(file, { force: true });
}
