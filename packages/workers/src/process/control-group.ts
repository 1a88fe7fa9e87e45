import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isErrno } from '@sage/git';

/**
 * A control group of Linux, version 2 (docs.kernel.org/admin-guide/cgroup-v2.html): whatever a process in it starts is in it,
 * also after a double fork, in another session and with another environment.
 */
export class ControlGroup {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The words before a program by which it is in the group before it begins. */
  get entry(): readonly string[] {
    return ['/bin/sh', '-c', '{ echo 0 > "$0/cgroup.procs"; } 2>/dev/null; exec "$@"', this.#directory];
  }

  /** The pids of all that live in it. */
  async members(): Promise<ReadonlySet<number>> {
    const lists = await Promise.all(
      (await this.#directories()).map((each) => readFile(join(each, 'cgroup.procs'), 'utf8').catch(() => '')),
    );
    return new Set(lists.flatMap((list) => list.split('\n').filter(Boolean).map(Number)));
  }

  /** SIGKILL for all at once, where the kernel can (5.14 and newer). */
  async kill(): Promise<void> {
    await writeFile(join(this.#directory, 'cgroup.kill'), '1').catch(() => {});
  }

  /** Removes it where nobody lives in it any more. */
  async remove(): Promise<void> {
    for (const each of (await this.#directories()).toReversed()) await removeGroup(each);
  }

  /** Its own, and those that somebody has made inside it, each after the one it is in. */
  async #directories(): Promise<string[]> {
    const found = await directoriesBelow(this.#directory);
    return [this.#directory, ...found.toSorted((a, b) => a.length - b.length)];
  }
}

/** Who has ended counts as a member until the kernel has put it away: a moment, longer on a busy machine. */
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

/** A group for processes of a run; undefined where this user may make none. */
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

/** The groups of a run that are still there, whichever process has made them. */
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
    return []; // Gone meanwhile.
  }
}

let usable: Promise<string | undefined> | undefined;

/** The directory of this process's own group, where a group made below it can be entered. Tried once. */
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

/** Where version 2 is mounted, and this process's own group in it. */
async function ownGroup(): Promise<{ mount: string; directory: string } | undefined> {
  if (process.platform !== 'linux') return undefined;
  const [groups, mounts] = await Promise.all([
    readFile('/proc/self/cgroup', 'utf8').catch(() => ''),
    readFile('/proc/self/mountinfo', 'utf8').catch(() => ''),
  ]);
  const own = /^0::(\/.*)$/m.exec(groups)?.[1];
  // proc_pid_mountinfo(5): the fourth field is what of the hierarchy is mounted, the fifth where.
  const line = mounts.split('\n').find((each) => each.includes(' - cgroup2 '));
  const [root, mount] = (line?.split(' ') ?? []).slice(3, 5).map(unescapeOctal);
  if (own === undefined || root === undefined || mount === undefined) return undefined;
  const path = root === '/' ? own : afterPrefix(own, root);
  // `/..` where the group is outside of what is mounted.
  if (path === undefined || path.split('/').includes('..')) return undefined;
  return { mount, directory: join(mount, path) };
}

function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
