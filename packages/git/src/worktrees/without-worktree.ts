import { basename } from 'node:path';
import { worktreeDirectory } from './worktree-directory.ts';

/** Shortens paths inside a worktree to paths in the repository. */
export function withoutWorktree(root: string): (text: string) => string {
  // The last part of the path is the same in every cache folder.
  const name = basename(worktreeDirectory(root, undefined));
  const place = new RegExp(`(?:/[^\\s'"/]+)*/${name.replaceAll('.', '\\.')}/[^\\s'"/]+/`, 'g');
  return (text) => (text.includes(name) ? text.replaceAll(place, '') : text);
}
