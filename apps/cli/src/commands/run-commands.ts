import { listRuns, readRunSettings } from '@sage/journal';
import { cameAlong } from '@sage/stream';
import { type NextCommands, nextCommands } from '../next-commands.ts';
import { recordedFlags } from '../run-record.ts';
import { streamCommand } from './stream.ts';

/**
 * The commands to continue after a run, with the flags that it was started with. For a run that came with the
 * repository, these flags are someone else's and are left out, because a person pastes the commands. `directory` is
 * the value of -C.
 */
export async function commandsOfRun(root: string, run: string, directory: string): Promise<NextCommands> {
  const isOwn = (await cameAlong(root)) === undefined;
  const flags = isOwn ? recordedFlags(await readRunSettings(root, run)) : undefined;
  const [newest] = await listRuns(root);
  return nextCommands(streamCommand(), directory, flags ?? { auto: true }, isOwn && newest?.run === run);
}
