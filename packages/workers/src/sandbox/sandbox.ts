import { existsSync, lstatSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SAGE_PATHS } from '@sage/git';
import { KNOWN_AGENTS } from '../agents/known-agents.ts';
import { HIDDEN, hide } from './hidden.ts';
import { listeningSockets } from './sockets.ts';
import { homeOf, realPath, userPath } from './user-path.ts';

/** What commands in worktrees may reach beyond reading files. Paths: absolute, `~/...`, or `$VARIABLE`. */
export interface SandboxSettings {
  /** true by default. */
  readonly network?: boolean;
  /** Files and folders besides the worktree that may be written. */
  readonly writable?: readonly string[];
  /** Files and folders that cannot be read, instead of `HIDDEN`. */
  readonly hidden?: readonly string[];
  /** Unix sockets that may be connected to. */
  readonly sockets?: readonly string[];
}

export interface SandboxPlaces {
  /** Absolute path of bubblewrap. */
  readonly program: string;
  /** Top of the user's checkout, and its git directory. */
  readonly root: string;
  readonly commonDir: string;
  readonly worktree: string;
  /** What else can be read, in places that are hidden otherwise. */
  readonly readable?: readonly string[];
  /** What else has to be written: where the agent's result goes. */
  readonly writable?: readonly string[];
  /** Words that bind what an agent keeps below HOME. */
  readonly state?: readonly string[];
  readonly variables: NodeJS.ProcessEnv;
}

/** Of agents: what one needs itself is bound over it. */
const STATES = KNOWN_AGENTS.flatMap(({ state }) => (state ?? []).map(({ place }) => place));

/** Folders of sockets, process ids and other people's temporary files: empty in a sandbox. */
const EMPTY = ['/run', '/var/run', '/tmp', '/var/tmp'];
/** What of them programs need to find names in the network and, on NixOS, themselves. */
const NEEDED = [
  '/run/systemd/resolve/resolv.conf',
  '/run/systemd/resolve/stub-resolv.conf',
  '/run/NetworkManager/resolv.conf',
  '/run/resolvconf/resolv.conf',
  '/run/current-system',
  '/run/wrappers',
  '/run/opengl-driver',
];

/** Settings of the kernel that root may write without any capability, and that bubblewrap leaves writable. */
const KERNEL = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'scsi', 'acpi', 'mtrr', 'pressure', 'driver'].map(
  (name) => `/proc/${name}`,
);

/**
 * The words before a command that run it where only the worktree, folders of its own and the given places can be
 * written, keys and sockets are out of reach, and only its own processes are seen; all of them end with it. The
 * command has no capabilities, also where root starts it.
 */
export function sandboxed(settings: SandboxSettings, places: SandboxPlaces): string[] {
  const { root, commonDir, worktree, variables } = places;
  const expand = (paths: readonly string[] = []) => paths.flatMap((path) => userPath(path, variables));
  const words = [places.program, '--die-with-parent', '--unshare-pid', '--unshare-ipc', '--unshare-uts'];
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
  const empty = EMPTY.filter(isFolder);
  words.push(...empty.flatMap((path) => ['--tmpfs', path]), '--setenv', 'TMPDIR', '/tmp');
  words.push(...bind('--ro-bind-try', NEEDED));
  // Where the checkout or HOME is in one of these, it is seen all the same.
  words.push(...bind('--ro-bind-try', [homeOf(variables), root, commonDir]));
  words.push(...hide([...(settings.hidden ?? HIDDEN), ...STATES, ...ofRepository(places)], variables));
  words.push(...bind('--ro-bind-try', places.readable ?? []));
  words.push(...maskSockets(empty));
  words.push(...bind('--bind', [worktree, ...(places.writable ?? [])]), ...(places.state ?? []));
  words.push(
    ...bind('--bind-try', expand(settings.writable)),
    ...bind('--bind-try', expand(settings.sockets)),
  );
  return [...words, '--chdir', worktree, '--'];
}

/** Addresses with passwords, and what other tickets, other runs and the queue wrote. */
function ofRepository({ root, commonDir }: SandboxPlaces): string[] {
  const settings = ['config', 'config.worktree', 'sage-settings'].map((name) => join(commonDir, name));
  return [...settings, join(root, SAGE_PATHS.runs)];
}

function bind(how: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => [how, path, path]);
}

/** Those that are in an empty folder are out of reach already. */
function maskSockets(empty: readonly string[]): string[] {
  const reachable = listeningSockets().paths.flatMap((path) => realPath(path) ?? []);
  const outside = reachable.filter((path) => !empty.some((folder) => path.startsWith(`${folder}/`)));
  return outside.flatMap((path) => ['--ro-bind-try', '/dev/null', path]);
}

function isFolder(path: string): boolean {
  return existsSync(path) && lstatSync(path).isDirectory();
}

/** Folders that a sandboxed command may write have to be there. */
export async function makeWritable(paths: readonly string[], variables: NodeJS.ProcessEnv): Promise<void> {
  for (const path of paths.flatMap((each) => userPath(each, variables)))
    if (!existsSync(path)) await mkdir(path, { recursive: true }).catch(() => {});
}
