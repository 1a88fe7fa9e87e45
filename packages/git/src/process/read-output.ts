import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { gitEnvironment, SAFE_CONFIG } from './environment.ts';
import { helperProgram } from './helper-program.ts';
import { GitError } from '../errors.ts';
import { repositoryEnvironment, type Repository } from '../repository.ts';

/**
 * Runs git and passes on its output in chunks of any size, until `take` returns false. Returns whether all output was
 * read. @throws {GitError} if git fails before that.
 */
export async function readGitOutput(
  repository: Repository,
  args: readonly string[],
  take: (chunk: Buffer) => Promise<boolean>,
): Promise<boolean> {
  const settings = SAFE_CONFIG.flatMap((setting) => ['-c', setting]);
  const { program, path } = helperProgram('git', [repository.root]);
  const child: ChildProcess = spawn(program, [...settings, ...args], {
    cwd: repository.root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: gitEnvironment(process.env, {
      PATH: path,
      ...repositoryEnvironment(repository),
      GIT_WORK_TREE: repository.root,
    }),
  });
  let stderr = '';
  // There are no streams where no more files may be opened.
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close');
  closed.catch(() => undefined);
  try {
    for await (const chunk of child.stdout ?? []) if (!(await take(chunk as Buffer))) return false;
    const [exitCode] = (await closed) as [number | null];
    if (exitCode !== 0) throw new GitError(args, exitCode ?? undefined, stderr);
    return true;
  } catch (cause) {
    if (cause instanceof GitError) throw cause;
    throw new GitError(args, undefined, cause instanceof Error ? cause.message : String(cause), { cause });
  } finally {
    child.kill('SIGKILL');
  }
}
