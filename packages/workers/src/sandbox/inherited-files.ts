import { helperProgram } from '@sage/git';
import { existsSync } from 'node:fs';

/** `close_range`, which has the same number on all architectures; where the kernel is older it does nothing. */
const CLOSE = 'syscall(436, 3, 0xffffffff, 0); exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";';

/**
 * The words before bubblewrap that close what this process has inherited open (files of a shell, pipes of a
 * build machine): a command in the sandbox would have them as well. None where there is no Perl.
 */
export function withoutInheritedFiles(root: string): readonly string[] {
  const { program } = helperProgram('perl', [root]);
  return existsSync(program) ? [program, '-e', CLOSE, '--'] : [];
}
