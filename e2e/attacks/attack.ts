/** What an agent, or a command of its ticket, tries. It has reached its aim where it writes a file `reached`. */
export interface Attack {
  readonly name: string;
  /** A shell script in the worktree, with the variables of the arena. */
  readonly script: string;
  /** Why it fails. */
  readonly because: string;
  /** Who runs it; the agent by default. */
  readonly as?: 'agent' | 'setup' | 'check' | 'teardown';
  /** Only where there is no network. */
  readonly offline?: true;
  /** Only where root starts the sandbox, or only where an ordinary user does. */
  readonly by?: 'root' | 'user';
  /** Without a sandbox it fails all the same, or would harm the machine: it cannot show that the campaign sees it. */
  readonly uncontrolled?: true;
}

/** Leaves a mark where no sandbox may write. */
export const MARK = 'echo evil > "$HOME/outside/mark"';

/** Runs a command and says so where it ends with 0. */
export function reaches(command: string): string {
  return `if { ${command}; } > /dev/null 2>&1; then echo reached > reached; fi`;
}
