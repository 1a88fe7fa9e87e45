/**
 * Sage's own files in a repository, relative to its top. `info/exclude` hides them from git. The ticket index is not
 * among them.
 */
export const SAGE_PATHS = {
  runs: '.sage/runs',
  queue: '.sage/commit-queue',
  cache: '.sage/cache',
  velocityLog: '.sage/stream-velocity.log',
  prompt: '.sage/prompt.md',
  configSchema: '.sage/config.schema.json',
  /** The user's own file: which tickets of a component are asked about together. */
  batches: '.sage/batches',
  /** From older versions; removed. */
  formerWorktrees: '.sage/worktrees',
  formerRepository: '.sage/work.git',
} as const;

/**
 * Prefixes of the refs that keep work alive: waiting to land, not landed, interrupted, or just left by an attempt.
 */
export const SAGE_REFS = {
  all: 'refs/sage/',
  queue: 'refs/sage/queue/',
  /** Commits that are being verified and may land. */
  candidates: 'refs/sage/candidates/',
  orphan: 'refs/sage/orphan/',
  deferred: 'refs/sage/deferred/',
  interrupted: 'refs/sage/interrupted/',
  attempts: 'refs/sage/attempts/',
  submodules: 'refs/sage/submodules/',
  stashes: 'refs/sage/stashes/',
  /** On a remote: the bases of attempts on other machines, and their results. */
  bases: 'refs/sage/base/',
  work: 'refs/sage/work/',
} as const;
