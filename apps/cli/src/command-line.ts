import { shellWord } from '@sage/workers';
import type { Command } from 'commander';

/** Options of a command as typed, by commander's names. */
export type TypedOptions = Readonly<Record<string, string | boolean | undefined>>;

/** A command line that can be pasted into a shell. `words` come before the options. */
export function commandLine(command: Command, words: readonly string[], options: TypedOptions): string {
  return [...words, ...optionWords(command, options, quoted)].join(' ');
}

/** The options as arguments of a command; `quote` is applied to each value. */
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

/** Quotes a text as one word of a shell line, if necessary. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shellWord(text);
}
