// Runs a case in a file system of its own, in a namespace where this user may mount one. Run as a program with the
// name of a case, it prints the tally.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Case, runCase, type Tally } from './campaign.ts';
import { limitCases } from './limits.ts';
import { ENVIRONMENT } from './repository.ts';

const run = promisify(execFile);
const SELF = fileURLToPath(import.meta.url);
const MOUNT = 'mount -t tmpfs -o "size=$1" none "$0" && shift && TMPDIR="$0" exec "$@"';

/** undefined where the machine lets nobody but root mount. */
export async function runInOwnSpace({ name, space = '' }: Case): Promise<Tally | undefined> {
  const unshare = ['unshare', '--map-root-user', '--mount'] as const;
  if (!(await run(unshare[0], [...unshare.slice(1), 'true']).catch(() => undefined))) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'sage-faults-space-'));
  try {
    const node = [process.execPath, '--conditions=@sage/source', '--disable-warning=ExperimentalWarning'];
    const args = [...unshare.slice(1), 'sh', '-c', MOUNT, directory, space, ...node, SELF, name];
    const { stdout } = await run(unshare[0], args, { maxBuffer: 1e8, env: ENVIRONMENT });
    return JSON.parse(stdout) as Tally;
  } finally {
    rmdirSync(directory);
  }
}

if (process.argv[1] === SELF) {
  const found = limitCases().find(({ name }) => name === process.argv[2]);
  if (found) console.log(JSON.stringify(await runCase(found)));
}
