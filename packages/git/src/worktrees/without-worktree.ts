import { basename } from 'node:path';
import { worktreeDirectory } from './worktree-directory.ts';

/** Takes the place where agents work out of paths: what is left is the path in the repository. */
export function withoutWorktree(root: string): (text: string) => string {
  // Its name is the same, whatever folder it is in.
  const name = basename(worktreeDirectory(root, undefined));
  const place = new RegExp(`(?:/[^\\s'"/]+)*/${name.replaceAll('.', '\\.')}/[^\\s'"/]+/`, 'g');
  return (text) => (text.includes(name) ? text.replaceAll(place, '') : text);
}
