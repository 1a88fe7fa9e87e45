import type { Repository } from '@sage/git';
import type { CommandLimits } from '../process/command-run.ts';
import type { SandboxSettings } from '../sandbox/sandbox-settings.ts';
import type { Masker } from '../process/secrets.ts';
import type { WorktreeSettings } from '../worktree/worktree-settings.ts';
import type { Worktrees } from '../worktree/worktrees.ts';

/** What an agent may use. */
export type AgentLimits = Pick<CommandLimits, 'maxOutput' | 'maxProcesses' | 'maxDisk'>;

/** What all attempts and checks of a run have in common. */
export interface WorkerContext extends Pick<CommandLimits, 'timeout'> {
  readonly repository: Repository;
  readonly worktrees: Worktrees;
  /** Paths that no work contains. */
  readonly protectedPaths: readonly string[];
  readonly settings: WorktreeSettings;
  /** The caller's environment. */
  readonly variables: NodeJS.ProcessEnv;
  /** Names of those that commands see besides the ones that all do. */
  readonly allowed: readonly string[];
  /** Shell lines that agents may run. */
  readonly commands: readonly string[];
  /** Of agents. */
  readonly limits: AgentLimits;
  readonly masker: Masker;
  readonly sandbox?: SandboxSettings;
  readonly runDirectory: string;
}
