import { resolve } from 'node:path';
import { knownRuns } from '@sage/stream';
import { Command } from 'commander';
import { formatHistory, type HistoryEntry, historyEntry } from '../report/history.ts';
import { screenOf } from '../reporters/screen.ts';

interface Flags {
  readonly C: string;
  readonly json?: boolean;
}

export function historyCommand(): Command {
  return new Command('history')
    .description('the runs of this checkout, newest first, and how they ended')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'one JSON object on stdout')
    .action(async ({ C, json }: Flags) => {
      const entries: HistoryEntry[] = [];
      for await (const run of knownRuns(resolve(C))) entries.push(historyEntry(run));
      process.stdout.write(
        json
          ? `${JSON.stringify({ v: 1, runs: entries })}\n`
          : formatHistory(entries, new Date(), screenOf(process.stdout, process.env)),
      );
    });
}
