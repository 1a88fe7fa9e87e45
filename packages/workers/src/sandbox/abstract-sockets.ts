import { spawnSync } from 'node:child_process';
import { helperProgram } from '@sage/git';
import { allowsAbstract } from './allowed-sockets.ts';
import { bubblewrap } from './bubblewrap.ts';
import { refusesSockets } from './refused-sockets.ts';
import type { SandboxSettings } from './sandbox-settings.ts';

/**
 * Landlock's scope for abstract sockets (Linux 6.12): processes in it can connect only to sockets of their own scope.
 * Perl, which nearly always comes with git, makes the system calls: `landlock_create_ruleset` with only that scope,
 * and `landlock_restrict_self`. Both have the same number on all architectures.
 */
const SCOPE = `my $scope = pack("Q3", 0, 0, 1);
my $rules = syscall(444, $scope, length $scope, 0);
$rules >= 0 && syscall(446, $rules, 0) == 0 or die "landlock: $!\\n";
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";`;

const known = new Map<string, boolean>();

/**
 * Words before a command, inside the sandbox, that keep it from the abstract sockets of programs outside. Empty if
 * the settings close these sockets anyway or allow them, if the kernel is too old, or if there is no Perl.
 */
export function withoutAbstractSockets(settings: SandboxSettings, root: string): string[] {
  if (settings.network === false || refusesSockets(settings) || allowsAbstract(settings)) return [];
  const { program } = helperProgram('perl', [root]);
  const words = [program, '-e', SCOPE, '--'];
  const works = known.get(program) ?? tryOut(bubblewrap(root), words);
  known.set(program, works);
  return works ? words : [];
}

/** Tried in a sandbox, because outside of one an ordinary user may not restrict anything. */
function tryOut(sandbox: string, words: readonly string[]): boolean {
  const inSandbox = ['--ro-bind', '/', '/', '--dev', '/dev', '--cap-drop', 'ALL', '--', ...words, 'true'];
  return spawnSync(sandbox, inSandbox, { stdio: 'ignore' }).status === 0;
}
