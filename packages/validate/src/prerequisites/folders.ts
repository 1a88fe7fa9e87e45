import { link, mkdir, mkdtemp, open, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SAGE_PATHS } from '@sage/git';
import type { Finding } from '../finding.ts';

/**
 * Checks that a run can use the folders that it writes to. Leaves nothing behind. `worktrees` is the folder for
 * worktrees.
 */
export async function checkFolders(root: string, worktrees: string): Promise<Finding[]> {
  const queue = {
    folder: join(root, SAGE_PATHS.queue),
    name: SAGE_PATHS.queue,
    fix: 'use another file system',
  };
  return [
    await check('parallel.commit-queue', queue),
    await check('parallel.worktrees', { folder: worktrees, name: worktrees, fix: 'set worktrees.directory' }),
  ];
}

interface Folder {
  readonly folder: string;
  readonly name: string;
  /** What to do if the folder cannot be repaired. */
  readonly fix: string;
}

async function check(id: string, { folder, name, fix }: Folder): Promise<Finding> {
  const fault = await probe(folder);
  const good = `${name} can be written, with atomic rename and exclusive lock`;
  const bad = `${name} ${fault}: mend it, or ${fix}`;
  return { id, status: fault ? 'fail' : 'pass', message: fault ? bad : good, tickets: [] };
}

/** What is wrong with a folder; undefined if nothing is. */
async function probe(folder: string): Promise<string | undefined> {
  let created: string | undefined;
  try {
    created = await mkdir(folder, { recursive: true });
    const place = await mkdtemp(join(folder, '.probe-'));
    try {
      return await probePlace(place);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  } catch (error) {
    return `cannot be written (${codeOf(error)})`;
  } finally {
    if (created !== undefined) await removeCreated(folder, created);
  }
}

async function probePlace(place: string): Promise<string | undefined> {
  const [entry, update, lock] = [join(place, 'entry'), join(place, 'update'), join(place, 'lock')];
  await writeFile(entry, 'old');
  await writeFile(update, 'new');
  try {
    await rename(update, entry);
  } catch (error) {
    return `has no atomic rename (${codeOf(error)})`;
  }
  await writeFile(lock, '', { flag: 'wx' });
  const again = await refusal(open(lock, 'wx').then((handle) => handle.close()));
  if (again !== 'EEXIST') return 'lets two processes create the same lock';
  const linked = await refusal(link(entry, lock));
  if (linked !== 'EEXIST') return `has no exclusive link (${linked})`;
  return undefined;
}

async function refusal(attempt: Promise<void>): Promise<string> {
  try {
    await attempt;
    return 'allowed';
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Removes the folders that mkdir made, innermost first. Keeps folders into which something has been put since. */
async function removeCreated(folder: string, created: string): Promise<void> {
  for (let path = folder; path.length >= created.length; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch {
      return;
    }
  }
}
