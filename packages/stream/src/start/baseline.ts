import { withVerifyCache } from '@sage/commit-queue';
import { git, type Repository, SAGE_PATHS } from '@sage/git';
import { join } from 'node:path';
import { MachineError } from '@sage/workers';
import { CannotStartError } from '../errors.ts';
import { queueVerification, type VerificationContext, type VerifySettings } from '../landing/verify.ts';

/** Lines of a failed verify that the error shows. */
const MAX_LINES = 3;

/**
 * Verify has to pass on the commit that the run starts from: otherwise every landing would be rejected for something
 * that no ticket has done. A tree that has passed before is not verified again.
 * @throws {CannotStartError} `VERIFY_FAILS`, `SETUP_FAILS`
 */
export async function assertBaselineVerifies(
  repository: Repository,
  commit: string,
  settings: VerifySettings,
  context: VerificationContext & { readonly stop: AbortSignal },
): Promise<void> {
  const { verify, verifyKey } = queueVerification(settings, context);
  const tree = await git(repository, ['rev-parse', '--verify', `${commit}^{tree}`]);
  const cached = withVerifyCache<{ commit: string; tree: string; signal: AbortSignal }>(
    verify,
    join(repository.root, SAGE_PATHS.queue),
    verifyKey,
  );
  const { ok, output } = await cached({ commit, tree, signal: context.stop }).catch((cause: unknown) => {
    if (!(cause instanceof MachineError)) throw cause;
    throw new CannotStartError(
      'SETUP_FAILS',
      `nothing can be verified on the base commit: ${cause.message}`,
      { cause },
    );
  });
  if (ok || context.stop.aborted) return;
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const said = lines.length === 0 ? 'without output' : `with: ${lines.slice(-MAX_LINES).join(' | ')}`;
  throw new CannotStartError(
    'VERIFY_FAILS',
    `verify fails on the base commit ${commit.slice(0, 10)} itself, ${said} (all of it: ${SAGE_PATHS.runs}/${context.run}/verify/${commit}/verify.log); mend the branch or the command, or start all the same with --no-baseline`,
  );
}
