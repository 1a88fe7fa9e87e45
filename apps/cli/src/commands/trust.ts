import { resolve } from 'node:path';
import { Command } from 'commander';
import { configPrograms, readersPrograms } from '../config.ts';
import { EXIT } from '../exit.ts';
import { printable } from '../printable.ts';
import { trust, type UntrustedFile, untrustedFiles } from '../trust/trust.ts';

interface Flags {
  readonly C: string;
  readonly json?: boolean;
}

export function trustCommand(): Command {
  return new Command('trust')
    .description('confirm the configuration file as it is now, after a ticket has changed it')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'one JSON object on stdout')
    .action(async ({ C, json }: Flags) => {
      const directory = resolve(C);
      const changed: UntrustedFile[] = [];
      const files: string[] = [];
      const confirm = async (program: string) => {
        changed.push(...(await untrustedFiles(program, process.env)));
        files.push(...(await trust(program, process.env)));
      };
      for (const program of readersPrograms()) await confirm(program);
      for (const program of await configPrograms(directory)) await confirm(program);
      const lines = changed.map(
        (one) => `${printable(one.file)} is trusted, with the change by ${printable(one.ticket)}\n`,
      );
      const text = lines.length > 0 ? lines.join('') : 'nothing needs to be confirmed\n';
      process.stdout.write(json ? `${JSON.stringify({ v: 1, files, changed })}\n` : text);
      process.exitCode = EXIT.ok;
    });
}
