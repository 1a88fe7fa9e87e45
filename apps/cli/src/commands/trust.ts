import { resolve } from 'node:path';
import { openRepository } from '@sage/git';
import { TicketIndexError } from '@sage/tickets';
import { Command } from 'commander';
import { findConfig, isProgram } from '../config-file.ts';
import { readConfig } from '../config.ts';
import { describeUntrusted } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { printable } from '../printable.ts';
import { configuredCommands, indexedCommands } from '../trust/repository-commands.ts';
import {
  trustCommands,
  trustProgram,
  type Untrusted,
  untrustedCommands,
  untrustedFiles,
} from '../trust/trust.ts';

interface Flags {
  readonly C: string;
  readonly json?: boolean;
}

export function trustCommand(): Command {
  return new Command('trust')
    .description('confirm what the configuration and the tickets of this repository would run, as it is now')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'one JSON object on stdout')
    .action(async (flags: Flags) => {
      process.exitCode = await run(flags);
    });
}

async function run({ C, json }: Flags): Promise<number> {
  const directory = resolve(C);
  const { root } = await openRepository(directory);
  const file = await findConfig(directory);
  const programs: Untrusted[] = [];
  if (file !== undefined && isProgram(file)) {
    programs.push(...(await untrustedFiles(file, process.env)));
    await trustProgram(file, process.env);
    // Printed first, because the program now runs and may fail.
    if (!json) process.stdout.write(formatTrusted(programs));
  }
  const commands = [...configuredCommands(await readConfig(directory)), ...(await checksOf(root))];
  const others = await untrustedCommands(root, commands, process.env);
  await trustCommands(root, commands, process.env);
  const confirmed = [...programs, ...others];
  if (json) process.stdout.write(`${JSON.stringify({ v: 2, confirmed })}\n`);
  else process.stdout.write(confirmed.length > 0 ? formatTrusted(others) : 'nothing needs to be confirmed\n');
  return EXIT.ok;
}

function formatTrusted(untrusted: readonly Untrusted[]): string {
  return untrusted.map((one) => `trusted: ${printable(describeUntrusted(one))}\n`).join('');
}

/** Empty if there is no index, or if it cannot be read. Running the tickets reports that. */
async function checksOf(root: string) {
  return indexedCommands(root).catch((error: unknown) => {
    if (error instanceof TicketIndexError) return [];
    throw error;
  });
}
