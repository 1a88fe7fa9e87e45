import { listRuns, readRunSettings } from '@sage/journal';
import { cameAlong } from '@sage/stream';
import { type NextCommands, nextCommands } from '../next-commands.ts';
import { recordedFlags } from '../run-record.ts';
import { streamCommand } from './stream.ts';

/**
 * How to continue after a run, with the flags that it was started with: of a run that came with the repository these are
 * somebody else's, and a person pastes what is printed. `directory`: what was typed after -C.
 */
export async function commandsOfRun(root: string, run: string, directory: string): Promise<NextCommands> {
  const isOwn = (await cameAlong(root)) === undefined;
  const flags = isOwn ? recordedFlags(await readRunSettings(root, run)) : undefined;
  const [newest] = await listRuns(root);
  return nextCommands(streamCommand(), directory, flags ?? { auto: true }, isOwn && newest?.run === run);
}
