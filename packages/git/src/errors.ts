/** A git command ended with an exit code that the caller did not allow. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly code = 'GIT_FAILED';
  readonly args: readonly string[];
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number | undefined, stderr: string, options?: ErrorOptions) {
    const lines = stderr.trim().split('\n');
    const said =
      refusalOf(lines) ?? lines.find((line) => line.startsWith('fatal:') || line.startsWith('error:'));
    const end = exitCode === undefined ? 'did not run' : `ended with exit code ${exitCode}`;
    super(`git ${args[0] ?? ''} ${end}: ${said ?? (firstLine(stderr) || 'no message')}`, options);
    this.args = args;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

export type RepositoryErrorCode = 'NOT_A_REPOSITORY' | 'NO_WORK_TREE' | 'GIT_NOT_FOUND' | 'PARTIAL_CLONE';

/** The directory or the machine is not suitable for a repository. */
export class RepositoryError extends Error {
  override readonly name = 'RepositoryError';
  readonly code: RepositoryErrorCode;
  readonly directory: string;

  constructor(code: RepositoryErrorCode, directory: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.directory = directory;
  }
}

/** A ref was not where the caller expected it: the compare-and-swap failed, and nothing was changed. */
export class RefMovedError extends Error {
  override readonly name = 'RefMovedError';
  readonly code = 'REF_MOVED';
  readonly ref: string;
  readonly expected: string;
  readonly actual: string;

  constructor(ref: string, expected: string, actual: string, options?: ErrorOptions) {
    super(`${ref} is at ${actual}, not at ${expected}: read it again and retry`, options);
    this.ref = ref;
    this.expected = expected;
    this.actual = actual;
  }
}

export type CheckoutErrorCode = 'CHECKOUT_CONFLICT' | 'INDEX_LOCKED' | 'HEAD_MOVED' | 'UNMERGED';

/** A checkout could not follow its branch; `paths` are in the way. */
export class CheckoutError extends Error {
  override readonly name = 'CheckoutError';
  readonly code: CheckoutErrorCode;
  readonly worktree: string;
  readonly paths: readonly string[];

  constructor(code: CheckoutErrorCode, worktree: string, paths: readonly string[], options?: ErrorOptions) {
    const shown = paths.slice(0, 3).map((path) => JSON.stringify(path));
    const list = shown.join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
    const messages: Record<CheckoutErrorCode, string> = {
      INDEX_LOCKED: `${list} exists: wait for the other git command in ${worktree}, or remove the file when none runs`,
      HEAD_MOVED: `another branch was checked out in ${worktree} meanwhile: try again`,
      UNMERGED: `conflicts in ${worktree} are not resolved: ${list}; resolve and add them, then try again`,
      CHECKOUT_CONFLICT: `local changes in ${worktree} are in the way: ${list}; commit or move them, then try again`,
    };
    super(messages[code], options);
    this.code = code;
    this.worktree = worktree;
    this.paths = paths;
  }
}

/** Why a remote refused a push: its reason, and the last lines of its hook's output. */
function refusalOf(lines: readonly string[]): string | undefined {
  const reason = lines
    .map((line) => /^ ! \[(?:remote )?rejected\].* \((.+)\)$/.exec(line)?.[1])
    .find(Boolean);
  if (reason === undefined) return undefined;
  const words = lines.map((line) => /^remote: (.*\S)/.exec(line)?.[1]).findLast(Boolean);
  return `the remote refuses it: ${[reason, words].filter(Boolean).join(': ')}`;
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** Whether a system call failed with one of these codes. */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
