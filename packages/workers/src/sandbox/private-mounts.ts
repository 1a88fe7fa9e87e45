import { spawnSync } from 'node:child_process';
import { helperProgram } from '@sage/git';
import { bubblewrap } from './bubblewrap.ts';

const known = new Map<string, readonly string[]>();

/**
 * Words before bubblewrap that hide mounts made while a command runs. They would otherwise appear in the sandbox and
 * be writable there. Empty if `unshare` is missing, or if this user may not create namespaces with it.
 */
export function withoutLaterMounts(root: string): readonly string[] {
  const { program } = helperProgram('unshare', [root]);
  const isRoot = process.getuid?.() === 0;
  const words = [program, '--mount', '--propagation', 'private', ...(isRoot ? [] : AS_USER), '--'];
  const works = known.get(program) ?? (isUsable(words, bubblewrap(root)) ? words : []);
  known.set(program, works);
  return works;
}

/** An ordinary user may change mounts only in a user namespace. */
const AS_USER = ['--user', '--map-current-user'];

function isUsable([program = '', ...words]: readonly string[], sandbox: string): boolean {
  const inSandbox = ['--ro-bind', '/', '/', '--unshare-pid', '--cap-drop', 'ALL', '--proc', '/proc', 'true'];
  return spawnSync(program, [...words, sandbox, ...inSandbox], { stdio: 'ignore' }).status === 0;
}
