import { helperProgram } from '@sage/git';
import { existsSync } from 'node:fs';

/** `close_range`, which has the same number on all architectures. On older kernels it does nothing. */
const CLOSE = 'syscall(436, 3, 0xffffffff, 0); exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";';

/**
 * Words before bubblewrap that close open files inherited by this process (files of a shell, pipes of a build
 * machine). Otherwise commands in the sandbox would inherit them too. Empty if there is no Perl.
 */
export function withoutInheritedFiles(root: string): readonly string[] {
  const { program } = helperProgram('perl', [root]);
  return existsSync(program) ? [program, '-e', CLOSE, '--'] : [];
}
