import { existsSync } from 'node:fs';
import { gitEnvironment, SAFE_CONFIG } from './environment.ts';
import { helperProgram } from './helper-program.ts';
import { runProcess } from './run-process.ts';
import { GitError, RepositoryError } from '../errors.ts';
import { repositoryEnvironment, type Repository } from '../repository.ts';

export interface GitOptions {
  readonly cwd?: string;
  /** A git directory that someone else may have written. Missing objects are not fetched there. */
  readonly gitDir?: string;
  readonly workTree?: string;
  readonly indexFile?: string;
  /** Written to stdin; without it, stdin is closed. */
  readonly input?: string | Uint8Array;
  /** Added to the cleaned environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Extra `-c key=value`. */
  readonly config?: readonly string[];
  readonly signal?: AbortSignal;
  /** Milliseconds after which git is killed, which counts as a failure. */
  readonly timeout?: number;
  /** Git only sees the user's settings; for questions about them. */
  readonly ownConfig?: boolean;
  /** Exit codes besides 0 that do not count as a failure. */
  readonly allowExit?: readonly number[];
}

export interface GitResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A repository may configure a command that fetches missing objects. GIT_NO_LAZY_FETCH exists since git 2.44. */
const NO_FETCH = { GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' };

/**
 * Runs git and returns its stdout as UTF-8 text, without the last newline and otherwise untrimmed. Throws `GitError`
 * on an exit code other than 0 and `allowExit`.
 */
export async function git(
  where: Repository | string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  const { stdout } = await gitRaw(where, args, options);
  const text = stdout.toString('utf8');
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** Like `git`, but returns stdout as bytes (file content and names need not be UTF-8) and the exit code. */
export async function gitRaw(
  where: Repository | string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult> {
  const repository = typeof where === 'string' ? undefined : where;
  const cwd = options.cwd ?? (typeof where === 'string' ? where : where.root);
  const workTree = options.workTree ?? (options.gitDir === undefined ? repository?.root : undefined);
  const { program, path } = helperProgram('git', [cwd, repository?.root ?? cwd]);
  const environment = gitEnvironment(process.env, {
    PATH: path,
    ...(repository && repositoryEnvironment(repository)),
    ...(options.gitDir !== undefined && { GIT_DIR: options.gitDir, ...NO_FETCH }),
    ...(workTree !== undefined && { GIT_WORK_TREE: workTree }),
    ...(options.indexFile !== undefined && { GIT_INDEX_FILE: options.indexFile }),
    ...options.environment,
  });
  const config = [...(options.ownConfig ? [] : SAFE_CONFIG), ...(options.config ?? [])].flatMap((setting) => [
    '-c',
    setting,
  ]);
  options.signal?.throwIfAborted();
  const { signal, timeout, input } = options;
  const { stdout, exitCode, error, ...rest } = await runProcess(program, [...config, ...args], {
    cwd,
    // A separate process group, because Ctrl-C in the terminal must not interrupt a landing halfway.
    detached: true,
    env: environment,
    signal,
    timeout,
    ...(input !== undefined && { input }),
  });
  signal?.throwIfAborted();
  const stderr = rest.stderr.toString('utf8');
  const allowed = exitCode === 0 || (options.allowExit ?? []).includes(exitCode ?? -1);
  if (exitCode !== undefined && allowed) return { stdout, stderr, exitCode };
  if (error?.code === 'ENOENT') {
    throw existsSync(cwd)
      ? new RepositoryError('GIT_NOT_FOUND', cwd, 'git was not found on PATH: install git 2.38 or newer')
      : new RepositoryError('NOT_A_REPOSITORY', cwd, `${cwd} does not exist: name a git repository`);
  }
  throw new GitError(args, exitCode, stderr || (error?.message ?? ''), error && { cause: error });
}
