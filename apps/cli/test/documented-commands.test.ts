import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { sageProgram } from '../src/program.ts';

const PROGRAM = await sageProgram();
const ROOT = join(import.meta.dirname, '../../..');
const PLUGIN = 'integrations/claude-code';
const PAGES = [
  'README.md',
  'EXAMPLES.md',
  `${PLUGIN}/commands/stream.md`,
  `${PLUGIN}/commands/validate.md`,
  `${PLUGIN}/skills/writing-tickets/SKILL.md`,
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
];

/** Commands in running text, and those in blocks that are not run. */
function commandsIn(text: string): string[] {
  const unrun = [...text.matchAll(/^```(?:sh|console) not-run:.*\n([^`]*)^```$/gm)].flatMap(([, block]) =>
    block!.split('\n'),
  );
  const inText = [...text.matchAll(/`(sage [^`]+)`/g)].map(([, command]) => command!);
  return [...inText, ...unrun.filter((line) => /^(?:\$ )?sage /.test(line))];
}

/** What is wrong with a command: a name or a flag that there is not. */
function unknownIn(line: string): string[] {
  const [, ...words] = line
    .replace(/^\$ /, '')
    .replaceAll(/'[^']*'|"[^"]*"/g, 'VALUE')
    .split(/ #| \\?\||>/, 1)[0]!
    .split(/\s+/);
  let at: Command = PROGRAM;
  const flags: string[] = [];
  for (const word of words) {
    const inside = flags.length === 0 ? at.commands.find((one) => one.name() === word) : undefined;
    if (inside) at = inside;
    else if (flags.length === 0 && at.commands.length > 0 && /^[a-z]+$/.test(word)) return [word];
    else if (/^--?[A-Za-z]/.test(word)) flags.push(word.split('=', 1)[0]!);
  }
  const known = new Set(['--help', '--version', ...at.options.flatMap(({ long, short }) => [long, short])]);
  return flags.filter((flag) => !known.has(flag));
}

test.for(PAGES.filter((name) => name.endsWith('.md')))('every command that %s names is there', (page) => {
  const commands = commandsIn(readFileSync(join(ROOT, page), 'utf8'));
  const wrong = commands.flatMap((command) => {
    const unknown = unknownIn(command);
    return unknown.length > 0 ? [`${command}: ${unknown.join(' ')}`] : [];
  });
  expect(wrong).toEqual([]);
});

test('a name or a flag that is not there is found', () => {
  expect(unknownIn('sage stream --auto --paralel=3')).toEqual(['--paralel']);
  expect(unknownIn('sage strem')).toEqual(['strem']);
  expect(unknownIn('sage queue lst')).toEqual(['lst']);
  expect(unknownIn('sage queue process --verify "npm test"')).toEqual([]);
});
