import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { gitEnvironment, SAFE_CONFIG } from './environment.ts';
import { helperProgram } from './helper-program.ts';
import { GitError } from '../errors.ts';
import { repositoryEnvironment, type Repository } from '../repository.ts';

export interface BoundOptions {
  readonly indexFile: string;
  readonly config?: readonly string[];
  readonly input?: Uint8Array;
  /** The process group's id is written to this existing file before git starts. */
  readonly groupFile: string;
}

/**
 * The shell writes its own id, which is that of the process group, and watches a pipe that only this process holds.
 * If the pipe closes before git has ended, the shell kills the whole group, including filters.
 */
const SCRIPT = `echo $$ > "$1"; shift
{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 &
exec 3<&-
"$@"
status=$?
kill $! 2>/dev/null
exit $status`;

/**
 * Runs a git command that writes files of a checkout. The command never outlives this process, not even after `kill
 * -9`. Otherwise it could overwrite the user's later edits.
 */
export async function runBound(
  checkout: Repository,
  args: readonly string[],
  { indexFile, config = [], input, groupFile }: BoundOptions,
): Promise<void> {
  const settings = [...SAFE_CONFIG, ...config].flatMap((setting) => ['-c', setting]);
  const { program, path } = helperProgram('git', [checkout.root]);
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', groupFile, program, ...settings, ...args], {
    cwd: checkout.root,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: gitEnvironment(process.env, {
      PATH: path,
      ...repositoryEnvironment(checkout),
      GIT_WORK_TREE: checkout.root,
      GIT_INDEX_FILE: indexFile,
    }),
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  // Git may end without reading everything; its exit says more than this error.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  let exitCode: unknown;
  try {
    [exitCode] = await once(child, 'close');
  } catch (cause) {
    throw new GitError(args, undefined, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  if (exitCode !== 0) throw new GitError(args, typeof exitCode === 'number' ? exitCode : undefined, stderr);
}

/** Waits, for a limited time, until a killed process group has ended. A group that lives on has reused the id. */
export async function awaitGroupEnd(group: number, wait: () => Promise<void>): Promise<void> {
  for (let attempt = 0; attempt < GROUP_END_ATTEMPTS && groupLives(group); attempt += 1) await wait();
}

const GROUP_END_ATTEMPTS = 100;

function groupLives(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
