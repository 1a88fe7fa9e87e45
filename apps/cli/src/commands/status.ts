import { resolve } from 'node:path';
import { readStatus } from '@sage/stream';
import { Command } from 'commander';
import { quoted } from '../command-line.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { screenOf } from '../reporters/screen.ts';
import { formatStatus } from '../reporters/status.ts';

interface Flags {
  readonly C: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

export function statusCommand(): Command {
  return new Command('status')
    .description('what the active run does, or how the last one ended')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'one JSON object on stdout')
    .option('--watch', 'follow the active run, as sage watch does')
    .action(async ({ C, json, watch }: Flags) => {
      if (watch && json)
        throw new UsageError('--watch is for a person, --json for a program: use one of them');
      if (watch) return (await import('./watch.ts')).watch(C);
      const status = await readStatus(resolve(C));
      const resume = ['sage', 'stream', ...(C === '.' ? [] : ['-C', quoted(C)]), '--resume'].join(' ');
      const text = json
        ? `${JSON.stringify(status)}\n`
        : formatStatus(status, new Date(), screenOf(process.stdout, process.env), resume);
      process.stdout.write(text);
      process.exitCode = EXIT.ok;
    });
}
