import type { PermissionPolicy } from './permission.ts';

/** What an agent may do in addition to what its program allows by itself. */
export interface Grant {
  /** Undefined if nobody has chosen a policy. The agent's own command decides then. */
  readonly policy: PermissionPolicy | undefined;
  /** Shell lines; a trailing ` *` allows any arguments. */
  readonly commands: readonly string[];
  /** Rules in the user's own settings of the agent, in the agent's syntax, for a trusted checkout. */
  readonly rules: readonly string[];
  /** Whether the user has trusted the checkout in the agent. */
  readonly trusted: boolean;
}

/** A shell line and variables that give this grant to the agent. */
export interface Granted {
  readonly command: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Splits shell lines into simple commands, because agents ask for each one separately. Lines with more shell syntax
 * stay whole.
 */
export function simpleCommands(lines: readonly string[]): string[] {
  const parts = lines.flatMap((line) =>
    /["'`$(){}<>\\\n]/.test(line) ? [line] : line.split(/&&|\|\||[;|&]/).map((part) => part.trim()),
  );
  return [...new Set(parts.filter((part) => part !== ''))];
}

/** Replaces the value of a flag in a shell line, or adds the flag. */
export function withFlag(command: string, flag: string, value: string): string {
  const pattern = new RegExp(`(${flag})(?: +|=)\\S+`);
  return pattern.test(command) ? command.replace(pattern, `$1 ${value}`) : `${command} ${flag} ${value}`;
}
