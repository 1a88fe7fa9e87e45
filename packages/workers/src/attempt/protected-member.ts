import { posix } from 'node:path';
import type { UsedWorktree } from '../worktree/used-worktree.ts';
import type { WorkRequest } from '../request.ts';

/** The changed file whose protected member differs from the base's; undefined if there is none. */
export async function changedMember(
  { protectedMember, base }: Pick<WorkRequest, 'protectedMember' | 'base'>,
  worktree: Pick<UsedWorktree, 'fileAt'>,
  { commit, changedFiles }: { readonly commit?: string; readonly changedFiles: readonly string[] },
): Promise<string | undefined> {
  if (!protectedMember || commit === undefined) return undefined;
  const { name, member } = protectedMember;
  for (const path of changedFiles) {
    if (posix.basename(path) !== name) continue;
    const [before, after] = await Promise.all([worktree.fileAt(base, path), worktree.fileAt(commit, path)]);
    if (memberOf(before, member) !== memberOf(after, member)) return path;
  }
  return undefined;
}

/** A member of a JSON file, as JSON; undefined if the file has no such member. */
export function memberOf(text: string | undefined, member: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const isObject = typeof value === 'object' && value !== null;
    return isObject ? JSON.stringify((value as Record<string, unknown>)[member]) : undefined;
  } catch {
    return undefined;
  }
}
