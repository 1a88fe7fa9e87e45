/** What Sage keeps in a repository, relative to its top; `info/exclude` hides it from git. The ticket index is not among it. */
export const SAGE_PATHS = {
  runs: '.sage/runs',
  queue: '.sage/commit-queue',
  cache: '.sage/cache',
  velocityLog: '.sage/stream-velocity.log',
  prompt: '.sage/prompt.md',
  configSchema: '.sage/config.schema.json',
  /** The user's own: which tickets of a component are asked about together. */
  batches: '.sage/batches',
  /** Of older versions; cleared. */
  formerWorktrees: '.sage/worktrees',
  formerRepository: '.sage/work.git',
} as const;

/** Prefixes of the refs that keep work alive: what waits to land, what did not land, what was cut off, what an attempt has just left. */
export const SAGE_REFS = {
  all: 'refs/sage/',
  queue: 'refs/sage/queue/',
  /** Commits that are being verified, and would land. */
  candidates: 'refs/sage/candidates/',
  orphan: 'refs/sage/orphan/',
  deferred: 'refs/sage/deferred/',
  interrupted: 'refs/sage/interrupted/',
  attempts: 'refs/sage/attempts/',
  submodules: 'refs/sage/submodules/',
  stashes: 'refs/sage/stashes/',
  /** On a remote: what attempts on other machines start from, and what they have made. */
  bases: 'refs/sage/base/',
  work: 'refs/sage/work/',
} as const;
