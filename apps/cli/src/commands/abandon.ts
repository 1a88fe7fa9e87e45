import { resolve } from 'node:path';
import { abandonRun } from '@sage/stream';
import { readRunSettings } from '@sage/journal';
import { Command } from 'commander';
import { BROKER_VARIABLE } from '../broker.ts';
import { UsageError } from '../errors.ts';
import { printable } from '../printable.ts';
import { recordedBroker } from '../run-record.ts';

export function abandonCommand(): Command {
  return new Command('abandon')
    .description('end an unfinished run for good: what it landed stays, its open tickets are free')
    .argument('<run>', 'its name, as sage stream and sage status print it')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'JSON on stdout')
    .action(async (run: string, { C, json }: { C: string; json?: boolean }) => {
      const directory = resolve(C);
      const abandoned = await abandonRun({
        directory,
        run,
        endElsewhere: async (left) => {
          const recorded = recordedBroker(await readRunSettings(left.repository.root, run));
          const address = process.env[BROKER_VARIABLE] ?? recorded;
          if (typeof address !== 'string')
            throw new UsageError(
              `run ${run} has agents on other machines: set ${BROKER_VARIABLE} to its broker, so that they are ended`,
            );
          const { endElsewhere } = await import('@sage/cluster');
          return endElsewhere(address, left);
        },
      });
      if (json) return void process.stdout.write(`${JSON.stringify(abandoned)}\n`);
      const lines = [...abandoned.notices, `run ${run} is abandoned: the next sage stream starts a new one`];
      process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));
    });
}
