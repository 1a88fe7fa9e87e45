/** What commands in worktrees may reach beyond reading files. Paths: absolute, `~/...`, or `$VARIABLE`. */
export interface SandboxSettings {
  /** true by default. */
  readonly network?: boolean;
  /** Files and folders besides the worktree that may be written. */
  readonly writable?: readonly string[];
  /** Files and folders that cannot be read, instead of `HIDDEN`. */
  readonly hidden?: readonly string[];
  /**
   * false by default: commands make no Unix sockets, and connect to none. true: they may, for their own programs. Paths:
   * those of yours that they may connect to as well; a name with `@` opens all abstract ones.
   */
  readonly sockets?: boolean | readonly string[];
}
