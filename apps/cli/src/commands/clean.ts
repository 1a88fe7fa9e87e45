import { resolve } from 'node:path';
import { cleanRepository, type Found } from '@sage/stream';
import { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { formatCleaning, formatFound } from '../reporters/clean.ts';
import { readTrustedConfig } from '../trust/confirm.ts';

interface Flags {
  readonly C: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

export function cleanCommand(): Command {
  return new Command('clean')
    .description('show what earlier runs left behind and nobody needs, and remove it')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--yes', 'remove it without a question')
    .option('--json', 'one JSON object on stdout; removes only with --yes')
    .action(async ({ C, json = false, yes = false }: Flags) => {
      const directory = resolve(C);
      const { worktrees } = await readTrustedConfig(directory);
      const ask = async (found: Found) => {
        if (!json) process.stdout.write(formatFound(found));
        if (yes || json) return yes;
        if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
        // Loaded on demand, because most runs ask no questions.
        const { confirm, isCancel } = await import('@clack/prompts');
        const answer = await confirm({ message: 'Remove this?', initialValue: false });
        return !isCancel(answer) && answer;
      };
      const cleaning = await cleanRepository({
        directory,
        ...(worktrees?.directory !== undefined && { worktreesDirectory: worktrees.directory }),
        now: new Date(),
        confirm: ask,
      });
      process.stdout.write(json ? `${JSON.stringify(cleaning)}\n` : formatCleaning(cleaning));
      process.exitCode = cleaning.failures.length === 0 ? EXIT.ok : EXIT.unfinished;
    });
}
