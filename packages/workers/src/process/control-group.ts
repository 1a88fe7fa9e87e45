import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isErrno } from '@sage/git';

/**
 * A Linux control group, version 2 (docs.kernel.org/admin-guide/cgroup-v2.html). It contains everything that its
 * processes start, even after a double fork, in another session or with another environment.
 */
export class ControlGroup {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Words before a program that make it join the group before it starts. */
  get entry(): readonly string[] {
    return ['/bin/sh', '-c', '{ echo 0 > "$0/cgroup.procs"; } 2>/dev/null; exec "$@"', this.#directory];
  }

  /** The pids of all living processes in it. */
  async members(): Promise<ReadonlySet<number>> {
    const lists = await Promise.all(
      (await this.#directories()).map((each) => readFile(join(each, 'cgroup.procs'), 'utf8').catch(() => '')),
    );
    return new Set(lists.flatMap((list) => list.split('\n').filter(Boolean).map(Number)));
  }

  /** Sends SIGKILL to all processes at once, if the kernel supports it (5.14 and newer). */
  async kill(): Promise<void> {
    await writeFile(join(this.#directory, 'cgroup.kill'), '1').catch(() => {});
  }

  /** Removes the group if no process in it is alive. */
  async remove(): Promise<void> {
    for (const each of (await this.#directories()).toReversed()) await removeGroup(each);
  }

  /** The group and the groups that a process has created in it, parents first. */
  async #directories(): Promise<string[]> {
    const found = await directoriesBelow(this.#directory);
    return [this.#directory, ...found.toSorted((a, b) => a.length - b.length)];
  }
}

/**
 * A process that has ended counts as a member until the kernel has cleaned up: a moment, longer on a busy machine.
 */
async function removeGroup(directory: string): Promise<void> {
  for (let pause = 1; ; pause *= 2) {
    try {
      return await rmdir(directory);
    } catch (error) {
      if (!isErrno(error, 'EBUSY') || pause > LAST_PAUSE_MS) return;
      await delay(pause);
    }
  }
}

const LAST_PAUSE_MS = 512;

let made = 0;

/** Creates a group for processes of a run; undefined if this user may not create groups. */
export async function createControlGroup(run: string): Promise<ControlGroup | undefined> {
  const parent = await usableGroup();
  if (parent === undefined) return undefined;
  const directory = join(parent, `${nameOf(run)}-${process.pid}-${++made}`);
  try {
    await mkdir(directory);
    return new ControlGroup(directory);
  } catch {
    return undefined;
  }
}

/** The existing groups of a run, created by any process. */
export async function controlGroupsOf(run: string): Promise<ControlGroup[]> {
  const { mount } = (await ownGroup()) ?? {};
  if (mount === undefined) return [];
  const name = nameOf(run);
  return (await directoriesBelow(mount))
    .filter((path) => /^-\d+-\d+$/.test(afterPrefix(posix.basename(path), name) ?? ''))
    .map((path) => new ControlGroup(path));
}

function nameOf(run: string): string {
  return `sage-${encodeURIComponent(run)}`;
}

function afterPrefix(text: string, prefix: string): string | undefined {
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

async function directoriesBelow(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return []; // Gone in the meantime.
  }
}

let usable: Promise<string | undefined> | undefined;

/** The directory of this process's own group, if processes can join groups created below it. Tried once. */
function usableGroup(): Promise<string | undefined> {
  return (usable ??= (async () => {
    const own = await ownGroup();
    if (own === undefined) return undefined;
    const probe = join(own.directory, `sage-probe-${process.pid}`);
    try {
      await mkdir(probe);
      await promisify(execFile)('/bin/sh', ['-c', 'echo 0 > "$0/cgroup.procs"', probe]);
      return own.directory;
    } catch {
      return undefined;
    } finally {
      await rmdir(probe).catch(() => {});
    }
  })());
}

/** The mount point of version 2, and this process's own group in it. */
async function ownGroup(): Promise<{ mount: string; directory: string } | undefined> {
  if (process.platform !== 'linux') return undefined;
  const [groups, mounts] = await Promise.all([
    readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
    readFile('/proc/self/mountinfo', 'utf8').catch(() => ''),
  ]);
  const own = /^0::(\/.*)$/m.exec(groups)?.[1];
  // proc_pid_mountinfo(5): the fourth field is the mounted part of the hierarchy, the fifth is the mount point.
  const line = mounts.split('\n').find((each) => each.includes(' - cgroup2 '));
  const [root, mount] = (line?.split(' ') ?? []).slice(3, 5).map(unescapeOctal);
  if (own === undefined || root === undefined || mount === undefined) return undefined;
  const path = root === '/' ? own : afterPrefix(own, root);
  // `/..` means that the group is outside the mounted part.
  if (path === undefined || path.split('/').includes('..')) return undefined;
  return { mount, directory: join(mount, path) };
}

function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
