import { expect, test } from 'vitest';
import { sageProgram } from '../src/program.ts';

const names = async (...args: string[]) =>
  (await sageProgram(args)).commands.map((command) => command.name());

test('a command is loaded alone, and is the same as in the whole command line', async () => {
  const all = await sageProgram();
  for (const command of all.commands) {
    const alone = (await sageProgram([command.name()])).commands.find((one) => one.name() === command.name());
    expect(alone?.helpInformation()).toBe(command.helpInformation());
  }
});

test('nothing is loaded for the version, everything for help and for a name that nobody knows', async () => {
  expect(await names('--version')).toEqual([]);
  expect(await names('status', '--json')).toEqual(['status']);
  const all = await names();
  expect(all.length).toBeGreaterThan(15);
  expect(await names('--help')).toEqual(all);
  expect(await names('strem')).toEqual(all);
});
