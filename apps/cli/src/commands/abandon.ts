import { resolve } from 'node:path';
import { abandonRun } from '@sage/stream';
import { Command } from 'commander';
import { printable } from '../printable.ts';

export function abandonCommand(): Command {
  return new Command('abandon')
    .description('end an unfinished run for good: what it landed stays, its open tickets are free')
    .argument('<run>', 'its name, as sage stream and sage status print it')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'JSON on stdout')
    .action(async (run: string, { C, json }: { C: string; json?: boolean }) => {
      const abandoned = await abandonRun({ directory: resolve(C), run });
      if (json) return void process.stdout.write(`${JSON.stringify(abandoned)}\n`);
      const lines = [...abandoned.notices, `run ${run} is abandoned: the next sage stream starts a new one`];
      process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
    });
}
