/** Has no rights of its own on any system. */
export const NOBODY = 65_534;

/**
 * Hands this process over to a user who is not root, if it is root's. Import what it runs before: the files of the
 * project, and Node itself, may be root's alone.
 */
export function becomeOrdinaryUser(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
