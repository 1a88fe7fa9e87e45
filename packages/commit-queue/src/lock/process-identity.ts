import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { readProcessStat, isErrno } from '@sage/git';

/** Distinguishes a process from every other, also from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Of the running system: changes with each boot. */
  readonly boot: string;
  /** The pid namespace (containers); empty if there is none. */
  readonly space: string;
  /** When the process started, in a form that only serves comparison. */
  readonly start: string;
}

const run = promisify(execFile);
const linux = process.platform === 'linux';

let own: Promise<ProcessIdentity> | undefined;

export function ownIdentity(): Promise<ProcessIdentity> {
  own ??= (async () => {
    const [boot, space, start] = await Promise.all([bootIdentity(), pidSpace(), processStart(process.pid)]);
    return { pid: process.pid, host: hostname(), boot, space, start: start ?? '' };
  })();
  return own;
}

/**
 * Whether that process has ended for certain. A process of another machine or container cannot be seen from here
 * and counts as running. The same boot is the same machine, whatever its name is now.
 * @throws when the system does not say: an error is no proof of death.
 */
export async function hasEnded(other: ProcessIdentity): Promise<boolean> {
  const mine = await ownIdentity();
  if (other.boot !== mine.boot) return other.host === mine.host;
  if (other.space !== mine.space) return false;
  return (await processStart(other.pid)) !== other.start;
}

/** undefined when there is no such process, or only its unreaped remains. */
async function processStart(pid: number): Promise<string | undefined> {
  if (!linux) return startByPs(pid);
  try {
    const { started, ended } = await readProcessStat(pid);
    return ended ? undefined : started;
  } catch (error) {
    // ESRCH: it ended while its file was read.
    if (isErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

async function startByPs(pid: number): Promise<string | undefined> {
  // lstart is local time in words: pin zone and language.
  const env = { PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C' };
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], { env });
    return stdout.trim() || undefined;
  } catch (error) {
    // With 1 and no word it says that there is no such process.
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (code === 1 && stdout === '' && stderr === '') return undefined;
    throw error;
  }
}

async function bootIdentity(): Promise<string> {
  if (linux) return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return (await run('sysctl', ['-n', 'kern.bootsessionuuid'])).stdout.trim();
}

function pidSpace(): Promise<string> {
  return linux ? readlink('/proc/self/ns/pid').catch(() => '') : Promise.resolve('');
}
