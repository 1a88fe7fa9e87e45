import { posix } from 'node:path';

/** Changed files that a ticket did not declare; none where it declares nothing. A declared folder holds all below it. */
export function driftOf(changed: readonly string[], declared: readonly string[] = []): string[] {
  if (declared.length === 0) return [];
  const known = declared.map((path) =>
    posix
      .normalize(path)
      .replace(/^\.?\/+/, '')
      .replace(/\/+$/, ''),
  );
  return changed.filter((file) => !known.some((path) => file === path || file.startsWith(`${path}/`)));
}
