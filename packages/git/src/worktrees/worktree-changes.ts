import type { Dirent } from 'node:fs';
import { chmod, lstat, readdir } from 'node:fs/promises';
import { isErrno } from '../errors.ts';
import { gitFields, onDisk, toInput } from '../objects/byte-paths.ts';
import { gitRaw, type GitOptions } from '../process/run.ts';
import type { Repository } from '../repository.ts';

/** The differences between a worktree and its index, as byte paths. */
export interface WorktreeChanges {
  /** Files to read again, or to drop if they are gone. */
  readonly changed: string[];
  readonly untracked: string[];
  /** Folders that are repositories themselves. */
  readonly embedded: string[];
  /** Paths that could not be examined. */
  readonly unreadable: string[];
}

/** Runs git once over all files, and again if there were folders that could not be entered but now can. */
export async function worktreeChanges(
  repository: Repository,
  workTree: string,
  run: GitOptions,
): Promise<WorktreeChanges> {
  const first = await look(repository, workTree, run);
  if (first.unreadable.length === 0) return first;
  await openFolders(Buffer.from(workTree));
  return look(repository, workTree, run);
}

async function look(repository: Repository, workTree: string, run: GitOptions): Promise<WorktreeChanges> {
  const args = ['ls-files', '-t', '-z', '--modified', '--deleted', '--others', '--exclude-standard'];
  const { stdout, stderr } = await gitRaw(repository, args, run);
  const changes = {
    changed: new Set<string>(),
    untracked: [] as string[],
    embedded: [] as string[],
    unreadable: unopened(stderr),
  };
  for (const field of stdout.toString('latin1').split('\0')) {
    const [tag, path] = [field.slice(0, 1), field.slice(2)];
    if (path === '') continue;
    if (tag === '?') changes[path.endsWith('/') ? 'embedded' : 'untracked'].push(path);
    else if (tag !== 'R' || (await isGone(workTree, path))) changes.changed.add(path);
    else changes.unreadable.push(path);
  }
  // Git lists a deleted path also as modified.
  for (const path of changes.unreadable) changes.changed.delete(path);
  return { ...changes, changed: [...changes.changed] };
}

/** Git reports a file as deleted if it may not access it. */
async function isGone(workTree: string, path: string): Promise<boolean> {
  try {
    await lstat(onDisk(workTree, path));
    return true;
  } catch (error) {
    return isErrno(error, 'ENOENT', 'ENOTDIR');
  }
}

/** Folders that git could not open, without the trailing slash. */
function unopened(stderr: string): string[] {
  return [...stderr.matchAll(/could not open directory '(.*?)\/?': /gs)].map(([, path = '']) =>
    Buffer.from(path).toString('latin1'),
  );
}

/** Makes all folders accessible to this user, if they belong to the user. */
async function openFolders(directory: Buffer): Promise<void> {
  const pending = [directory];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const status = await lstat(next).catch(() => undefined);
    if (!status) continue;
    if ((status.mode & 0o700) !== 0o700) await chmod(next, status.mode | 0o700).catch(() => {});
    for (const entry of await list(next))
      if (entry.isDirectory()) pending.push(Buffer.concat([next, Buffer.from('/'), entry.name]));
  }
}

async function list(directory: Buffer): Promise<Dirent<Buffer>[]> {
  return readdir(directory, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
}

/** Lists files in an embedded repository, which git does not enter. Ignored files are left out. */
export async function embeddedFiles(
  repository: Repository,
  workTree: string,
  embedded: readonly string[],
  run: GitOptions,
): Promise<{ files: string[]; unreadable: string[] }> {
  const unreadable: string[] = [];
  const inside: string[] = [];
  const pending = [...embedded];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const folder = next;
    const path = onDisk(workTree, folder);
    const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch(async () => {
      await chmod(path, 0o700).catch(() => {});
      return readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch(() => {
        unreadable.push(folder);
        return [];
      });
    });
    for (const entry of entries) {
      const name = folder + entry.name.toString('latin1');
      if (entry.name.toString() === '.git') continue;
      if (entry.isDirectory()) pending.push(`${name}/`);
      else if (entry.isFile() || entry.isSymbolicLink()) inside.push(name);
    }
  }
  return { files: await withoutIgnored(repository, run, inside), unreadable };
}

async function withoutIgnored(repository: Repository, run: GitOptions, paths: string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  // check-ignore does not support literal pathspecs; a leading `./` prevents magic ones.
  const ignored = await gitFields(repository, ['check-ignore', '-z', '--stdin'], {
    ...run,
    environment: { ...run.environment, GIT_LITERAL_PATHSPECS: '0' },
    input: toInput(paths.map((path) => `./${path}`)),
    allowExit: [1],
  });
  const set = new Set(ignored);
  return paths.filter((path) => !set.has(`./${path}`));
}
