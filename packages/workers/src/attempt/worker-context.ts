import type { Repository } from '@sage/git';
import type { CommandLimits } from '../process/command-run.ts';
import type { SandboxSettings } from '../sandbox/sandbox-settings.ts';
import type { Masker } from '../process/secrets.ts';
import type { WorktreeSettings } from '../worktree/worktree-settings.ts';
import type { Worktrees } from '../worktree/worktrees.ts';

/** Limits for an agent. */
export type AgentLimits = Pick<CommandLimits, 'maxOutput' | 'maxProcesses' | 'maxDisk'>;

/** The settings shared by all attempts and checks of a run. */
export interface WorkerContext extends Pick<CommandLimits, 'timeout'> {
  readonly repository: Repository;
  readonly worktrees: Worktrees;
  /** Paths that no work may contain. */
  readonly protectedPaths: readonly string[];
  readonly settings: WorktreeSettings;
  /** The caller's environment. */
  readonly variables: NodeJS.ProcessEnv;
  /** Names of additional variables that commands see. */
  readonly allowed: readonly string[];
  /** Shell lines that agents may run. */
  readonly commands: readonly string[];
  /** Limits for agents. */
  readonly limits: AgentLimits;
  readonly masker: Masker;
  readonly sandbox?: SandboxSettings;
  readonly runDirectory: string;
}
