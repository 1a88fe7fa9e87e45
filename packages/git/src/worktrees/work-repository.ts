import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RepositoryError } from '../errors.ts';
import { removeTree } from './remove-tree.ts';
import type { Repository } from '../repository.ts';
import { readInfo } from '../repository/repository-info.ts';
import { git } from '../process/run.ts';
import { formatSettings, quote, readSettings } from '../repository/settings.ts';

export interface WorkRepository {
  /** Absolute path of the bare repository. */
  readonly gitDir: string;
  readonly origin: Repository;
  /** Its configuration, made of the user's as it was when this was opened. */
  readonly config: string;
  /** Content of `info/attributes`, `info/exclude` and `info/grafts` as it was then, of those that there are. */
  readonly info: Readonly<Record<string, string>>;
}

/** Settings of the user's own repository that decide what a file's content is on disk. */
const INHERITED =
  /^(filter\..*|lfs\..*|user\.(name|email)|core\.(autocrlf|eol|filemode|symlinks|ignorecase|precomposeunicode|protecthfs|protectntfs|bigfilethreshold|longpaths|checkroundtripencoding))$/i;

/**
 * Opens the workers' own bare repository, making it when absent: refs, hooks and configuration of its own, the
 * user's objects through alternates. Shallow repositories work; a partial clone throws `RepositoryError`
 * PARTIAL_CLONE, as its missing objects could be fetched by the user's repository only.
 */
export async function openWorkRepository(repository: Repository, directory: string): Promise<WorkRepository> {
  if (await isPartial(repository)) {
    throw new RepositoryError(
      'PARTIAL_CLONE',
      repository.root,
      `${repository.root} is a partial clone, which workers cannot share: use its own worktrees`,
    );
  }
  const work: WorkRepository = {
    gitDir: directory,
    origin: repository,
    config: await configText(repository),
    info: await readInfo(repository),
  };
  if (existsSync(directory)) return work;
  await mkdir(dirname(directory), { recursive: true });
  const temporary = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`));
  try {
    const format = await git(repository, ['rev-parse', '--show-object-format']);
    await git(
      temporary,
      ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, temporary],
      {
        environment: { GIT_DEFAULT_REF_FORMAT: 'files' },
      },
    );
    await resetWorkRepository({ ...work, gitDir: temporary }, { idle: true });
    // Complete or absent: a kill before this line leaves a temporary folder only.
    await rename(temporary, directory).catch((error: unknown) => {
      // Another process may have been first; what it made is the same.
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return work;
}

/**
 * Undoes what an agent may have done to the work repository outside its worktree: configuration, hooks,
 * attributes, grafts, alternates. With `idle`, when no agent runs, also every ref and every left-over lock;
 * otherwise those stay, as they may be a running agent's branch or stash.
 */
export async function resetWorkRepository(work: WorkRepository, { idle }: { idle: boolean }): Promise<void> {
  const { gitDir, origin } = work;
  await replaceFile(join(gitDir, 'config'), work.config);
  await removeTree(join(gitDir, 'hooks'));
  for (const name of ['attributes', 'exclude', 'sparse-checkout', 'grafts']) {
    await rm(join(gitDir, 'info', name), { recursive: true, force: true });
    const text = work.info[name];
    if (text !== undefined) await replaceFile(join(gitDir, 'info', name), text);
  }
  await rm(join(gitDir, 'config.worktree'), { recursive: true, force: true });
  await replaceFile(
    join(gitDir, 'objects/info/alternates'),
    alternatesLine(join(origin.commonDir, 'objects')),
  );
  const shallow = join(origin.commonDir, 'shallow');
  if (existsSync(shallow)) await replaceFile(join(gitDir, 'shallow'), await readFile(shallow, 'utf8'));
  else await rm(join(gitDir, 'shallow'), { force: true });
  if (idle) await removeRefsAndLocks(gitDir);
}

async function removeRefsAndLocks(gitDir: string): Promise<void> {
  for (const name of ['refs', 'logs', 'packed-refs']) await removeTree(join(gitDir, name));
  await mkdir(join(gitDir, 'refs/heads'), { recursive: true });
  for (const name of await readdir(gitDir)) {
    if (name.endsWith('.lock')) await rm(join(gitDir, name), { recursive: true, force: true });
  }
  // A branch that nobody has, so that HEAD names no commit.
  await replaceFile(join(gitDir, 'HEAD'), 'ref: refs/heads/sage-none\n');
}

async function configText(origin: Repository): Promise<string> {
  const format = await git(origin, ['rev-parse', '--show-object-format']);
  const lines = ['[core]', `\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}`, '\tbare = true'];
  // One agent's hooks are nothing for another's git.
  lines.push('\thooksPath = /dev/null');
  if (format !== 'sha1') lines.push('[extensions]', `\tobjectformat = ${format}`);
  // Agents' git must neither pack away nor expire what Sage still reads.
  lines.push(
    '[gc]',
    '\tauto = 0',
    '[maintenance]',
    '\tauto = false',
    '[uploadpack]',
    '\tallowAnySHA1InWant = true',
  );
  const inherited = (await readSettings(origin)).filter(({ key }) => INHERITED.test(key));
  return `${lines.join('\n')}\n${formatSettings(inherited)}`;
}

export function alternatesLine(objects: string): string {
  return `${/["\n\\]/.test(objects) ? quote(objects) : objects}\n`;
}

async function isPartial(repository: Repository): Promise<boolean> {
  const pattern = '^(extensions\\.partialclone|remote\\..*\\.promisor)$';
  const found = await git(repository, ['config', '--get-regexp', pattern], { allowExit: [1] });
  return found !== '';
}

/** Atomic, as another worker's git may be reading it; whatever stands there (a folder, a symlink) goes. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.sage-${process.pid}-${counter++}`;
  await writeFile(temporary, text);
  await chmod(temporary, 0o644);
  try {
    await rename(temporary, file);
  } catch {
    await removeTree(file);
    await rename(temporary, file);
  }
}

let counter = 0;
