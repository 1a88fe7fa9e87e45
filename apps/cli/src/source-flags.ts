import type { SourceChoice } from '@sage/stream';
import type { Command } from 'commander';
import { readConfig } from './config.ts';
import { UntrustedError } from './errors.ts';

/** Flags that select a backlog of the repository. */
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

/** The typed flags, otherwise the configured ones. An unconfirmed configuration program is ignored here. */
export async function chosenSource(directory: string, typed: SourceFlags): Promise<SourceChoice> {
  const config = await readConfig(directory).catch((error: unknown) => {
    if (error instanceof UntrustedError) return {};
    throw error;
  });
  return sourceChoice({ ...sourceChoice(config), ...sourceChoice(typed) });
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
