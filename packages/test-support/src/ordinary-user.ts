/** A user id without special rights on any system. */
export const NOBODY = 65_534;

/**
 * If this process runs as root, changes to an ordinary user. Import everything beforehand, because the project's
 * files and Node itself may be readable only by root.
 */
export function becomeOrdinaryUser(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
