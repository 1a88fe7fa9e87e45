import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { sageProgram } from '../src/program.ts';

const COLUMNS = 100;

/** `--help` of a command and of those in it. */
function helpOf(command: Command, path: string): string[] {
  command.configureOutput({ getOutHelpWidth: () => COLUMNS });
  const text = command.helpInformation().trimEnd();
  const inside = command.commands.filter((one) => !one.name().startsWith('_') && one.name() !== 'help');
  const own = path === 'sage' ? [] : [`## ${path}\n\n\`\`\`\n${text}\n\`\`\`\n`];
  return [...own, ...inside.flatMap((one) => helpOf(one, `${path} ${one.name()}`))];
}

test('docs/commands.md is what --help says (vitest run -u writes it)', async () => {
  const title = '# Commands\n\nWhat `sage COMMAND --help` says.\n';
  const text = [title, ...helpOf(await sageProgram(), 'sage')].join('\n');
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/commands.md'));
});
