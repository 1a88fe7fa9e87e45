import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { removeTree } from '../remove-tree.ts';
import type { Repository } from '../repository.ts';
import type { PinnedSettings } from '../pinned-settings/pinned-settings.ts';
import { git } from '../process/run.ts';
import { formatSettings, quote, settingOf, type Setting } from '../repository/settings.ts';

/**
 * The contents of the git directory of a new repository that shares the objects of another one and looks like it:
 * with its branches, tags, remote-tracking refs, and remotes (without passwords and without a way to push).
 */
export interface RepositoryTemplate {
  /** Content by path below the git directory. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether objects may be missing, and are fetched from a remote when needed. */
  readonly partial: boolean;
}

/** Settings of the user's repository that decide the content of files on disk, and the upstream of a branch. */
const INHERITED =
  /^(filter\..*|lfs\..*|user\.(name|email)|branch\..*\.(remote|merge)|core\.(autocrlf|eol|filemode|symlinks|ignorecase|precomposeunicode|protecthfs|protectntfs|bigfilethreshold|longpaths|checkroundtripencoding))$/i;
/** Settings of remotes that are needed to fetch. */
const REMOTE = /^remote\..*\.(url|fetch|tagopt|promisor|partialclonefilter)$/i;
const PARTIAL = /^(extensions\.partialclone|remote\..*\.promisor)$/i;

/** Used as the push URL, which makes git show it as its error. */
const NO_PUSH = 'Sage lands this work itself, pushing is turned off here';

/** Captures the current state of a repository, with settings that were read before. */
export async function readTemplate(
  repository: Repository,
  { settings, info }: Pick<PinnedSettings, 'settings' | 'info'>,
): Promise<RepositoryTemplate> {
  const { commonDir } = repository;
  const refs = await readRefs(repository);
  const format = settingOf(settings, 'extensions.objectformat') || 'sha1';
  const partial = settings.some(({ key }) => PARTIAL.test(key));
  const shallow = await readFile(join(commonDir, 'shallow'), 'utf8').catch(() => undefined);
  const files: Record<string, string> = {
    config: configText(repository, settings, format, partial),
    'packed-refs': refs.packed,
    'objects/info/alternates': alternatesLine(join(commonDir, 'objects')),
    ...Object.fromEntries(Object.entries(info).map(([name, text]) => [`info/${name}`, text])),
    ...Object.fromEntries(refs.symbolic.map(({ ref, leadsTo }) => [ref, `ref: ${leadsTo}\n`])),
    ...(shallow !== undefined && { shallow }),
  };
  return { files, partial };
}

/**
 * Creates the git directory of a worktree, without HEAD and index, which {@link writeRepository} adds. Replaces an
 * existing one.
 */
export async function prepareRepository({ files }: RepositoryTemplate, workTree: string): Promise<void> {
  const gitDir = join(workTree, '.git');
  await removeTree(gitDir);
  const folders = ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info', 'logs'];
  await Promise.all(folders.map((folder) => mkdir(join(gitDir, folder), { recursive: true })));
  await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      const file = join(gitDir, name);
      if (name.startsWith('refs/')) await mkdir(join(file, '..'), { recursive: true });
      await writeFile(file, text);
    }),
  );
}

/** Makes a prepared git directory the repository of a worktree: detached at `commit`, with a copy of the index. */
export async function writeRepository(
  workTree: string,
  { commit, indexFile }: { commit: string; indexFile: string },
): Promise<void> {
  const gitDir = join(workTree, '.git');
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), `${commit}\n`),
    copyFile(indexFile, join(gitDir, 'index')),
  ]);
}

/** Restores the files that decide how git reads a repository, after someone else has worked in it. */
export async function restoreSettings({ files }: RepositoryTemplate, workTree: string): Promise<void> {
  const gitDir = join(workTree, '.git');
  for (const name of ['hooks', 'commondir', 'config.worktree']) await removeTree(join(gitDir, name));
  for (const name of ['config', 'objects/info/alternates', 'shallow']) {
    const text = files[name];
    // Removes anything in its place: a folder, a link, a pipe.
    await removeTree(join(gitDir, name));
    if (text !== undefined) await writeFile(join(gitDir, name), text, { flag: 'wx' });
  }
}

/** In git's packed format, so that any number of refs is a single file. */
async function readRefs(
  repository: Repository,
): Promise<{ packed: string; symbolic: { ref: string; leadsTo: string }[] }> {
  const format = '%(objectname) %(*objectname) %(symref) %(refname)';
  const places = ['refs/heads', 'refs/tags', 'refs/remotes'];
  const listed = await git(repository, ['for-each-ref', `--format=${format}`, ...places]);
  const packed = ['# pack-refs with: peeled fully-peeled sorted '];
  const symbolic: { ref: string; leadsTo: string }[] = [];
  for (const line of listed.split('\n')) {
    const [oid = '', peeled = '', leadsTo = '', ref = ''] = line.split(' ');
    if (ref === '') continue;
    if (leadsTo !== '') {
      symbolic.push({ ref, leadsTo });
      continue;
    }
    packed.push(`${oid} ${ref}`);
    if (peeled !== '') packed.push(`^${peeled}`);
  }
  return { packed: `${packed.join('\n')}\n`, symbolic };
}

function configText(
  repository: Repository,
  settings: readonly Setting[],
  format: string,
  partial: boolean,
): string {
  const extended = format !== 'sha1' || partial;
  const lines = ['[core]', `\trepositoryformatversion = ${extended ? 1 : 0}`, '\tbare = false'];
  // The user's own hooks, including global ones, must not run in an agent's git.
  lines.push('\thooksPath = /dev/null', '\tlogAllRefUpdates = true');
  if (format !== 'sha1') lines.push('[extensions]', `\tobjectformat = ${format}`);
  // Agents' git must not pack or expire objects that Sage still reads.
  lines.push('[gc]', '\tauto = 0', '[maintenance]', '\tauto = false');
  lines.push('[uploadpack]', '\tallowAnySHA1InWant = true');
  const inherited = settings.filter(
    ({ key }) => INHERITED.test(key) || (partial && key.toLowerCase() === 'extensions.partialclone'),
  );
  return `${lines.join('\n')}\n${formatSettings([...inherited, ...remotes(repository, settings)])}`;
}

/** Without an `origin`, the user's repository becomes it, as the base for relative addresses of submodules. */
function remotes({ root }: Repository, settings: readonly Setting[]): Setting[] {
  const found = settings
    .filter(({ key }) => REMOTE.test(key))
    .map(({ key, value }) => ({
      key,
      value: /\.url$/i.test(key) && value !== undefined ? remoteAddress(value, root) : value,
    }));
  const names = new Set(found.map(({ key }) => key.slice('remote.'.length, key.lastIndexOf('.'))));
  if (!names.has('origin')) {
    found.push({ key: 'remote.origin.url', value: root });
    found.push({ key: 'remote.origin.fetch', value: '+refs/heads/*:refs/remotes/origin/*' });
    names.add('origin');
  }
  return [...found, ...[...names].map((name) => ({ key: `remote.${name}.pushurl`, value: NO_PUSH }))];
}

/** The address of a remote, made absolute and without a user name and password. */
export function remoteAddress(address: string, root: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) {
    // `ssh://git@host/` contains no secret, and the host needs the name.
    return /^(ssh|git\+ssh):/i.test(address)
      ? address.replace(/^([^/]*\/\/[^/@:]*):[^/@]*@/, '$1@')
      : address.replace(/^([^/]*\/\/)[^/]*@/, '$1');
  }
  const colon = address.indexOf(':');
  const slash = address.indexOf('/');
  const isRemote = colon >= 0 && (slash < 0 || colon < slash);
  return isRemote || isAbsolute(address) ? address : resolve(root, address);
}

function alternatesLine(objects: string): string {
  return `${/["\n\\]/.test(objects) ? quote(objects) : objects}\n`;
}
