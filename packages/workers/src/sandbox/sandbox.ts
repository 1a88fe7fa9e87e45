import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { KNOWN_AGENTS } from '../agents/known-agents.ts';
import { allowedPaths, allowsSockets } from './allowed-sockets.ts';
import { HIDDEN } from './hidden.ts';
import type { SandboxSettings } from './sandbox-settings.ts';
import { listeningSockets } from './sockets.ts';
import { homeOf, isWithin, realPath, realPlace, userPath } from '../process/user-path.ts';
import { withoutKeys } from './without-keys.ts';

export interface SandboxPlaces {
  /** Absolute path of bubblewrap. */
  readonly program: string;
  /** Top of the user's checkout, and its git directory. */
  readonly root: string;
  readonly commonDir: string;
  readonly worktree: string;
  /** Additional readable places among those that are hidden. */
  readonly readable?: readonly string[];
  /** Additional writable places: where the agent's result goes. */
  readonly writable?: readonly string[];
  /** Words that bind the state of an agent below HOME. */
  readonly state?: readonly string[];
  /** Words inside the sandbox, before the command; see `withoutAbstractSockets`. */
  readonly scope?: readonly string[];
  /** Words before bubblewrap; see `withoutInheritedFiles` and `withoutLaterMounts`. */
  readonly outer?: readonly string[];
  /** A file with the refused system calls; see `callFilter`. */
  readonly filter?: string | undefined;
  readonly variables: NodeJS.ProcessEnv;
}

/** State of all agents, which is hidden. The state of the running agent is bound over it. */
const STATES = KNOWN_AGENTS.flatMap(({ state }) => (state ?? []).map(({ place }) => place));

/** Folders with sockets, process ids and temporary files of others. They are empty in a sandbox. */
const EMPTY = ['/run', '/var/run', '/tmp', '/var/tmp'];
/** The parts of them that programs need to resolve names and, on NixOS, to find themselves. */
const NEEDED = [
  '/run/systemd/resolve/resolv.conf',
  '/run/systemd/resolve/stub-resolv.conf',
  '/run/NetworkManager/resolv.conf',
  '/run/resolvconf/resolv.conf',
  '/run/current-system',
  '/run/wrappers',
  '/run/opengl-driver',
];

/** Kernel settings that root may write without any capability, and that bubblewrap leaves writable. */
const KERNEL = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'scsi', 'acpi', 'mtrr', 'pressure', 'driver'].map(
  (name) => `/proc/${name}`,
);

/** Runs the following words in the same process, with a file as descriptor 9. */
const WITH_FILE = ['/bin/sh', '-c', 'exec "$@" 9< "$0"'];

/**
 * Words before a command that run it in a sandbox. Only the worktree, private folders and the given places are
 * writable, keys and sockets are out of reach, and only its own processes are visible. All of them end with the
 * command. The command has no capabilities, even if root starts it.
 */
export function sandboxed(settings: SandboxSettings, places: SandboxPlaces): string[] {
  const { root, commonDir, worktree, variables } = places;
  const expand = (paths: readonly string[] = []) => paths.flatMap((path) => userPath(path, variables));
  const filter = places.filter === undefined ? [] : [...WITH_FILE, places.filter];
  const words = [
    ...(places.outer ?? []),
    ...filter,
    places.program,
    ...(filter.length > 0 ? ['--seccomp', '9'] : []),
  ];
  words.push('--die-with-parent', '--unshare-pid', '--unshare-ipc', '--unshare-uts');
  words.push('--unshare-cgroup-try', '--cap-drop', 'ALL');
  if (settings.network === false) words.push('--unshare-net');
  words.push(
    '--ro-bind',
    '/',
    '/',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    ...bind('--ro-bind', KERNEL.filter(existsSync)),
  );
  const empty = [...new Set(EMPTY.flatMap((path) => realPath(path) ?? []))];
  words.push(...empty.flatMap((path) => ['--tmpfs', path]), '--setenv', 'TMPDIR', '/tmp');
  words.push(...bind('--ro-bind-try', NEEDED));
  const writable = expand(settings.writable);
  const keys = withoutKeys({
    hidden: [...(settings.hidden ?? HIDDEN), ...STATES],
    writable,
    root,
    commonDir,
    variables,
  });
  const programs = programFolders(empty, variables);
  words.push(...insideOf(empty, places), ...bind('--ro-bind-try', programs), ...keys.words);
  words.push(...bind('--ro-bind-try', places.readable ?? []));
  const seen = [realPlace(homeOf(variables)), root, commonDir, ...programs, ...writable];
  // A command that makes no sockets reaches none. Of those that are covered one may go before that is done, which fails.
  const isWithout = places.filter !== undefined && !allowsSockets(settings);
  if (!isWithout) words.push(...maskSockets(empty, seen));
  // Other worktrees, and what Sage keeps of this one.
  const beside = dirname(worktree);
  words.push('--tmpfs', beside, ...bind('--bind', [worktree, ...(places.writable ?? [])]));
  words.push(...(places.state ?? []), ...keys.last, ...bind('--bind-try', expand(allowedPaths(settings))));
  return [...words, ...keys.end, '--remount-ro', beside, '--chdir', worktree, '--', ...(places.scope ?? [])];
}

/** Shows the checkout and HOME even if they are inside a folder that is otherwise empty. */
function insideOf(empty: readonly string[], { root, commonDir, variables }: SandboxPlaces): string[] {
  const named = homeOf(variables);
  const home = realPlace(named);
  const link = join(realPlace(dirname(named)), basename(named));
  const isInside = (path: string) => empty.some((folder) => isWithin(path, folder));
  return [
    // A HOME that is itself one of these folders contains nothing that is needed.
    ...bind('--ro-bind-try', isInside(dirname(home)) ? [home] : []),
    ...bind('--ro-bind-try', [root, commonDir].filter(isInside)),
    ...(link !== home && isInside(link) ? ['--symlink', home, link] : []),
  ];
}

/** Shows programs on PATH that are installed inside an otherwise empty folder: `bin` and its siblings. */
function programFolders(empty: readonly string[], { PATH = '' }: NodeJS.ProcessEnv): string[] {
  const folders = PATH.split(delimiter)
    .filter((path) => isAbsolute(path) && existsSync(path))
    .map((path) => dirname(realPlace(path)));
  return [...new Set(folders)].filter((path) => empty.some((one) => path !== one && isWithin(path, one)));
}

function bind(how: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => [how, path, path]);
}

/** Sockets inside empty folders are already out of reach, except those in the visible parts. */
function maskSockets(empty: readonly string[], seen: readonly string[]): string[] {
  const all = listeningSockets().paths.flatMap((path) => realPath(path) ?? []);
  const isIn = (path: string, folders: readonly string[]) => folders.some((folder) => isWithin(path, folder));
  const reachable = all.filter((path) => !isIn(path, empty) || isIn(path, seen));
  return reachable.flatMap((path) => ['--ro-bind-try', '/dev/null', path]);
}

/** Folders that a sandboxed command may write must exist. */
export async function makeWritable(paths: readonly string[], variables: NodeJS.ProcessEnv): Promise<void> {
  for (const path of paths.flatMap((each) => userPath(each, variables)))
    if (!existsSync(path)) await mkdir(path, { recursive: true }).catch(() => {});
}
