import { readFile } from 'node:fs/promises';
import { readConfig, type Settings } from '../config.ts';
import { UntrustedError } from '../errors.ts';
import { printable } from '../printable.ts';
import { trust } from './trust.ts';

/**
 * The settings of a directory. On a terminal the person may look at what a ticket has changed in a program, and
 * confirm it.
 * @throws {ConfigError}
 * @throws {UntrustedError} when it is not confirmed.
 */
export async function readTrustedConfig(directory: string): Promise<Settings> {
  for (;;) {
    try {
      return await readConfig(directory);
    } catch (error) {
      if (!(error instanceof UntrustedError) || !process.stdin.isTTY || !process.stdout.isTTY) throw error;
      if (!(await isConfirmed(error))) throw error;
      await trust(error.file, process.env);
    }
  }
}

async function isConfirmed({ untrusted }: UntrustedError): Promise<boolean> {
  const names = untrusted.map(({ file, ticket }) => `${file} (changed by ${ticket})`).join(', ');
  for (;;) {
    // Loaded when there is a question: most runs ask none.
    const { isCancel, select } = await import('@clack/prompts');
    const answer = await select({
      message: `Reading the configuration runs ${printable(names)}. May it?`,
      options: [
        { value: 'look', label: 'show it first' },
        { value: 'yes', label: 'run it, also from now on' },
        { value: 'no', label: 'stop here' },
      ],
    });
    if (isCancel(answer) || answer === 'no') return false;
    if (answer === 'yes') return true;
    for (const { file } of untrusted) process.stdout.write(await shown(file));
  }
}

async function shown(file: string): Promise<string> {
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => `  ${printable(line)}\n`);
  return `${printable(file)}\n${lines.join('')}`;
}
