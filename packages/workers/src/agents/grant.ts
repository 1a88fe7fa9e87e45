import type { PermissionPolicy } from './permission.ts';

/** What an agent may do, besides what its program allows by itself. */
export interface Grant {
  /** Undefined where nobody has chosen: the agent's own command says it. */
  readonly policy: PermissionPolicy | undefined;
  /** Shell lines; one that ends with ` *` allows anything after it. */
  readonly commands: readonly string[];
  /** Rules of the user's own settings of the agent, in its own words: those of a checkout that the user has trusted. */
  readonly rules: readonly string[];
  /** Whether the user has trusted the checkout in the agent. */
  readonly trusted: boolean;
}

/** A shell line, and variables, that grant it. */
export interface Granted {
  readonly command: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Simple commands of shell lines: agents ask for each by itself. Lines with more of the shell stay whole. */
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
