import { resolve } from 'node:path';
import { isWithin } from '../process/user-path.ts';

/**
 * Which tools an agent may use without asking a person. `edits`: those that read and change files of the worktree.
 * `all`: all tools. `none`: only those that read.
 */
export type PermissionPolicy = 'edits' | 'all' | 'none';

/** What an agent asks to do. */
export interface PermissionRequest {
  readonly title: string;
  /** A kind of the Agent Client Protocol: `read`, `edit`, `execute`, ... */
  readonly kind: string;
  /** The shell line that it would run, if known. */
  readonly command?: string;
  /** Absolute, or relative to the worktree. */
  readonly paths: readonly string[];
}

const READING: ReadonlySet<string> = new Set(['read', 'search', 'think']);
const EDITING: ReadonlySet<string> = new Set(['edit', 'delete', 'move']);

export function isAllowed(
  policy: PermissionPolicy,
  { kind, paths, command }: PermissionRequest,
  worktree: string,
  commands: readonly string[] = [],
): boolean {
  if (policy === 'all' || READING.has(kind)) return true;
  if (command !== undefined && allowsCommand(commands, command)) return true;
  return (
    policy === 'edits' &&
    EDITING.has(kind) &&
    paths.every((path) => isWithin(resolve(worktree, path), resolve(worktree)))
  );
}

/** Whether one of the allowed commands covers this command. */
export function allowsCommand(commands: readonly string[], command: string): boolean {
  const wanted = command.trim();
  return commands.some((one) =>
    one.endsWith(' *')
      ? `${wanted} `.startsWith(one.slice(0, -1)) && !/[;&|`$<>\n]/.test(wanted)
      : one === wanted,
  );
}
