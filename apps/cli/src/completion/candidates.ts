import type { Command } from 'commander';

/** Values that depend on the repository and the machine. */
export interface Known {
  tickets(): Promise<readonly string[]>;
  agents(): Promise<readonly string[]>;
  runs(): Promise<readonly string[]>;
  sources(): Promise<readonly string[]>;
}

/** The kind of value that follows a flag. */
const AFTER_FLAG: Readonly<Record<string, keyof Known>> = {
  '--agent': 'agents',
  '--only': 'tickets',
  '--explain': 'tickets',
  '--after': 'tickets',
  '--source': 'sources',
};
/** The kind of a command's arguments. */
const ARGUMENTS: Readonly<Record<string, keyof Known>> = {
  stream: 'tickets',
  show: 'tickets',
  retry: 'tickets',
  stop: 'tickets',
  skip: 'tickets',
  logs: 'tickets',
  abandon: 'runs',
  report: 'runs',
  pr: 'runs',
  import: 'sources',
  plan: 'sources',
  export: 'sources',
};

/** Completions for the last of these words, which are those after `sage`. Empty for flags with free-form values. */
export async function candidates(
  program: Command,
  words: readonly string[],
  known: Known,
): Promise<string[]> {
  const [current = '', previous = ''] = [words.at(-1), words.at(-2)];
  const path = commandOf(program, words.slice(0, -1));
  const flag = path.options.find(({ long, short }) => previous !== '' && [long, short].includes(previous));
  if (flag && !flag.isBoolean() && !flag.optional) {
    const source = AFTER_FLAG[previous];
    return source === undefined ? [] : matching(current, await known[source]());
  }
  if (current.startsWith('-'))
    return matching(
      current,
      path.options.flatMap(({ long }) => long ?? []),
    );
  if (path.commands.length > 0)
    return matching(
      current,
      path.commands.map((command) => command.name()),
    );
  const source = ARGUMENTS[path.name()];
  return source === undefined ? [] : matching(current, await known[source]());
}

function commandOf(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) command = command.commands.find((one) => one.name() === word) ?? command;
  return command;
}

function matching(start: string, all: readonly string[]): string[] {
  return [...new Set(all)].filter((one) => one.startsWith(start)).toSorted();
}
