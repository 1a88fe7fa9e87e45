import { resolve } from 'node:path';
import { openRepository } from '@sage/git';
import { checkedOutSource, exportBacklog, importBacklog, SOURCE_NAMES } from '@sage/stream';
import { SAGE_INDEX } from '@sage/tickets';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { counted, printable } from '../printable.ts';

const SOURCES = SOURCE_NAMES.filter((name) => name !== 'sage').join(', ');

interface Flags {
  readonly C: string;
  readonly tag?: string;
  readonly unit?: string;
  readonly json?: boolean;
}

/** The commands that convert to and from Sage's own index. */
export function convertCommands(): Command[] {
  const take = command('import', `make ${SAGE_INDEX} from the backlog of another tool`)
    .argument('<source>', SOURCES)
    .action(runImport);
  const plan = command('plan', 'write a backlog, with the order it implies, as an index that you can edit')
    .argument('[source]', `${SOURCES}; by default the one that is there`)
    .action(runImport);
  const give = command('export', `write the states of ${SAGE_INDEX} into the backlog of another tool`)
    .argument('<source>', SOURCES)
    .action(async (source: string, flags: Flags) => {
      const repository = await openRepository(resolve(flags.C));
      const exported = await exportBacklog(repository, choiceOf(source, flags), new Date());
      const { written, unknown, unsaid } = exported;
      print(flags, exported, [
        `${counted(written.length, 'state')} written`,
        ...(unknown.length > 0 ? [`not in the backlog of ${source}: ${unknown.join(', ')}`] : []),
        ...(unsaid.length > 0 ? [`${source} has no word for the state of: ${unsaid.join(', ')}`] : []),
      ]);
    });
  return [take, plan, give];
}

async function runImport(source: string | undefined, flags: Flags): Promise<void> {
  const repository = await openRepository(resolve(flags.C));
  const name = source ?? (await checkedOutSource(repository));
  const imported = await importBacklog(repository, choiceOf(name, flags));
  const { file, tickets, implied, warnings } = imported;
  print(flags, imported, [
    ...warnings,
    `${counted(tickets, 'ticket')} of ${file} in ${SAGE_INDEX}, which counts from now on; sage export ${name} writes their states back`,
    ...(implied > 0
      ? [
          `the order of ${file} alone makes ${counted(implied, 'dependency', 'dependencies')}: take out what need not wait`,
        ]
      : []),
  ]);
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--tag <name>', "the list of Task Master's that is meant")
    .option('--unit <name>', 'what one ticket is: task or subtask, section or line')
    .option('--json', 'JSON on stdout');
}

function choiceOf(source: string, { tag, unit }: Flags) {
  if (source === 'sage') throw new UsageError('sage is the index itself: name another backlog');
  return { source, ...(tag !== undefined && { tag }), ...(unit !== undefined && { unit }) };
}

function print({ json }: Flags, value: object, lines: readonly string[]): void {
  const text = json
    ? `${JSON.stringify({ v: 1, ...value })}\n`
    : lines.map((line) => `${printable(line)}\n`).join('');
  process.stdout.write(text);
  process.exitCode = EXIT.ok;
}
