import { shellWord } from '@sage/workers';
import type { Command } from 'commander';

/** Options of a command as a person typed them, by the names that commander gives them. */
export type TypedOptions = Readonly<Record<string, string | boolean | undefined>>;

/** A command line that a shell reads as it stands. `words` come before the options. */
export function commandLine(command: Command, words: readonly string[], options: TypedOptions): string {
  return [...words, ...optionWords(command, options, quoted)].join(' ');
}

/** The options as a command's arguments; `quote` is applied to each value. */
export function optionWords(
  command: Command,
  options: TypedOptions,
  quote = (value: string) => value,
): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const value = options[name];
    if (value === undefined || option.negate !== (value === false)) return [];
    const flag = option.long ?? option.short ?? '';
    if (typeof value === 'boolean') return [flag];
    return option.long === undefined ? [flag, quote(value)] : [`${flag}=${quote(value)}`];
  });
}

/** As one word of a shell, plain where it can be. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shellWord(text);
}
