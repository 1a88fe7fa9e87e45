import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isErrno, readProcessStat } from '@sage/git';

const run = promisify(execFile);

/**
 * When a process started, in a form that can only be compared. Undefined if there is no such process, or only a
 * zombie.
 * @throws {Error} if the system does not say.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return startByPs(pid);
  try {
    const { started, ended } = readProcessStat(pid);
    return ended ? undefined : started;
  } catch (error) {
    // ESRCH: the process ended while its file was being read.
    if (isErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

/**
 * The start time reported by `ps`. Empty output proves nothing, so the system must also confirm that there is no such
 * process.
 */
export async function startByPs(pid: number, ps = 'ps'): Promise<string | undefined> {
  // lstart is local time in words, so time zone and language are fixed.
  const env = { PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C' };
  let failure: unknown;
  try {
    const { stdout } = await run(ps, ['-o', 'lstart=', '-p', String(pid)], { env });
    if (stdout.trim() !== '') return stdout.trim();
  } catch (error) {
    failure = error;
  }
  if (isGone(pid)) return undefined;
  throw new Error(`ps does not say when process ${pid} started`, { cause: failure });
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isErrno(error, 'ESRCH');
  }
}
