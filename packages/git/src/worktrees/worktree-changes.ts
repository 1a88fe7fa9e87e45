import type { Dirent } from 'node:fs';
import { chmod, lstat, readdir } from 'node:fs/promises';
import { isErrno } from '../errors.ts';
import { gitFields, onDisk, toInput } from '../objects/byte-paths.ts';
import { gitRaw, type GitOptions } from '../process/run.ts';
import type { Repository } from '../repository.ts';

/** What differs in a worktree from its index. Byte paths. */
export interface WorktreeChanges {
  /** Files to be read again, and to be dropped if they are gone. */
  readonly changed: string[];
  readonly untracked: string[];
  /** Folders that are repositories of their own. */
  readonly embedded: string[];
  /** What could not be looked at. */
  readonly unreadable: string[];
}

/** One look of git at all files; once more where folders could not be entered and now can. */
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
  // A path is listed as deleted, and as modified as well.
  for (const path of changes.unreadable) changes.changed.delete(path);
  return { ...changes, changed: [...changes.changed] };
}

/** Git takes a file that it may not look at for a deleted one. */
async function isGone(workTree: string, path: string): Promise<boolean> {
  try {
    await lstat(onDisk(workTree, path));
    return true;
  } catch (error) {
    return isErrno(error, 'ENOENT', 'ENOTDIR');
  }
}

/** Folders that git says it could not open, without the slash at their end. */
function unopened(stderr: string): string[] {
  return [...stderr.matchAll(/could not open directory '(.*?)\/?': /gs)].map(([, path = '']) =>
    Buffer.from(path).toString('latin1'),
  );
}

/** Lets this user into all folders, as far as they are theirs. */
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

/** Git does not look into an embedded repository, so this does. What the ignore rules name is left out. */
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
  // check-ignore knows no literal pathspecs; with `./` in front nothing is magic.
  const ignored = await gitFields(repository, ['check-ignore', '-z', '--stdin'], {
    ...run,
    environment: { ...run.environment, GIT_LITERAL_PATHSPECS: '0' },
    input: toInput(paths.map((path) => `./${path}`)),
    allowExit: [1],
  });
  const set = new Set(ignored);
  return paths.filter((path) => !set.has(`./${path}`));
}
