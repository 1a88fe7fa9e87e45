/** What commands in worktrees may access in addition to reading files. Paths: absolute, `~/...`, or `$VARIABLE`. */
export interface SandboxSettings {
  /** true by default. */
  readonly network?: boolean;
  /** Writable files and folders, in addition to the worktree. */
  readonly writable?: readonly string[];
  /** Files and folders that cannot be read, instead of `HIDDEN`. */
  readonly hidden?: readonly string[];
  /**
   * false (the default): commands create no Unix sockets, and connect to none. true: they may create sockets for
   * their own programs. Paths: they may also connect to these sockets of yours; a name with `@` opens all abstract
   * ones.
   */
  readonly sockets?: boolean | readonly string[];
}
