import { lstat, readdir } from 'node:fs/promises';
import { gitFields, onDisk, readablePath } from '../objects/byte-paths.ts';
import { withoutBlocking, GIT_TIMEOUT_MS } from './blocking-files.ts';
import type { WorktreeFiles } from './reuse-worktree.ts';

/** More files than this are generated: installed packages, a build. */
const MAX_FILES = 1_000;

/** Ignored files that were written after a moment, up to a limit. */
export async function ignoredFiles(
  { repository, workTree, indexFile }: WorktreeFiles,
  since: Date,
): Promise<string[]> {
  const there = await lstat(workTree).catch(() => undefined);
  if (!there?.isDirectory()) return [];
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const { value: listed } = await withoutBlocking(workTree, (signal) =>
    gitFields(repository, args, { cwd: workTree, workTree, indexFile, timeout: GIT_TIMEOUT_MS, signal }),
  );
  // Git lists a folder and also those files in it that are ignored by name.
  const found = new Set<string>();
  const pending = listed.toReversed();
  for (let path = pending.pop(); path !== undefined && found.size < MAX_FILES; path = pending.pop()) {
    const name = path.replace(/\/$/, '');
    const status = await lstat(onDisk(workTree, name)).catch(() => undefined);
    if (status?.isDirectory()) {
      const entries = await readdir(onDisk(workTree, name), { encoding: 'buffer' }).catch(() => []);
      pending.push(...entries.map((entry) => `${name}/${entry.toString('latin1')}`).toReversed());
    } else if (status?.isFile() && status.mtime >= since) found.add(readablePath(name));
  }
  return [...found];
}
