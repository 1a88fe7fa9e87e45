import type { SourceChoice } from '@sage/stream';
import type { Command } from 'commander';

/** Flags that say which backlog of the repository is meant. */
export interface SourceFlags {
  readonly source?: string;
  readonly tag?: string;
  readonly unit?: string;
  readonly label?: string;
  readonly milestone?: string;
}

export function withSourceFlags(command: Command): Command {
  return command
    .option('--source <name>', 'the backlog to read: sage, task-master, beads, ... (what is there)')
    .option('--tag <name>', "the list of Task Master's that is meant")
    .option('--unit <name>', 'what one ticket is: task or subtask, section or line')
    .option('--label <name>', 'with --source github: only issues with this label')
    .option('--milestone <name>', 'with --source github: only issues of this milestone');
}

export function sourceChoice({ source, tag, unit, label, milestone }: SourceFlags): SourceChoice {
  return {
    ...(source !== undefined && { source }),
    ...(tag !== undefined && { tag }),
    ...(unit !== undefined && { unit }),
    ...(label !== undefined && { label }),
    ...(milestone !== undefined && { milestone }),
  };
}
