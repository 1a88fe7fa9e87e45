import { resolve } from 'node:path';
import { openRepository } from '@sage/git';
import { listRuns, readRunSettings } from '@sage/journal';
import { cameAlong } from '@sage/stream';
import { Command } from 'commander';
import { optionWords } from '../command-line.ts';
import { recordedFlags } from '../run-record.ts';
import type { TypedFlags } from '../stream-settings.ts';
import { streamCommand } from './stream.ts';

interface Flags {
  readonly C: string;
  readonly with?: string;
  readonly json?: boolean;
}

export function retryCommand(): Command {
  return new Command('retry')
    .description('try deferred tickets again, with the agent and the options of the newest run')
    .argument('[ids...]', 'these tickets, by default all that are deferred')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--with <comment>', 'a note to the agents about these tickets, for the first attempt')
    .option('--json', 'one JSON event per line on stdout')
    .action(async (ids: string[], { C, with: comment, json }: Flags) => {
      const stream = streamCommand().exitOverride();
      const flags = await flagsOfNewestRun(resolve(C));
      const which = ids.length > 0 ? { only: ids.join(',') } : { retryDeferred: true };
      const words = optionWords(stream, { ...lasting(flags), ...which, with: comment, C, json });
      await stream.parseAsync(words, { from: 'user' });
    });
}

async function flagsOfNewestRun(directory: string): Promise<TypedFlags> {
  const { root } = await openRepository(directory);
  const [newest] = await listRuns(root);
  // Runs that came with the repository have someone else's flags.
  const isOwn = newest !== undefined && (await cameAlong(root)) === undefined;
  return (isOwn && recordedFlags(await readRunSettings(root, newest.run))) || { auto: true };
}

/** The flags that do not select the tickets of that run. */
function lasting(flags: TypedFlags): Record<string, string | boolean | undefined> {
  const {
    only: _only,
    component: _component,
    retryDeferred: _retryDeferred,
    dryRun: _dryRun,
    explain: _explain,
    ...rest
  } = flags;
  return rest as Record<string, string | boolean | undefined>;
}
