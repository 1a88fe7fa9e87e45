import { readRunSettings } from '@sage/journal';
import { type NextCommands, nextCommands } from '../next-commands.ts';
import { recordedFlags } from '../run-record.ts';
import { streamCommand } from './stream.ts';

/** How to go on after a run, with the flags that it was begun with. `directory`: what was typed after -C. */
export async function commandsOfRun(root: string, run: string, directory: string): Promise<NextCommands> {
  const flags = recordedFlags(await readRunSettings(root, run)) ?? { auto: true };
  return nextCommands(streamCommand(), directory, flags);
}
