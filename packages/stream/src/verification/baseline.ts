import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withVerifyCache } from '@sage/commit-queue';
import { git, type Repository, SAGE_PATHS } from '@sage/git';
import { MachineError } from '@sage/workers';
import { CannotStartError } from '../errors.ts';
import { queueVerification, type VerificationContext, type VerifySettings } from './verify.ts';

/** How many lines of a failed verify the error shows. */
const MAX_LINES = 3;
/** A check that only needs its worktree to be set up. */
const NOTHING = 'true';
/** In order; the one that failed is the last one that exists. */
const SETUP_LOGS = ['setup.log', 'setup-outside.log'];

export interface Baseline {
  readonly repository: Repository;
  /** The commit that the run starts from. */
  readonly commit: string;
  readonly verify: VerifySettings | undefined;
  /** The command that prepares a worktree. */
  readonly setup: string | undefined;
}

type BaselineContext = VerificationContext & { readonly stop: AbortSignal };
type CheckedCommit = { readonly commit: string; readonly tree: string; readonly signal: AbortSignal };

/**
 * Checks that a worktree can be set up at the commit that the run starts from, and that verify passes there.
 * Otherwise every attempt, or every landing, would fail through no fault of a ticket. A tree that has passed before
 * is not checked again.
 * @throws {CannotStartError} `SETUP_FAILS`, `VERIFY_FAILS`
 */
export async function assertBaseline(baseline: Baseline, context: BaselineContext): Promise<void> {
  const { repository, commit, verify, setup } = baseline;
  if (verify === undefined && setup === undefined) return;
  const tree = await git(repository, ['rev-parse', '--verify', `${commit}^{tree}`]);
  const candidate = { commit, tree, signal: context.stop };
  let isSetUp = setup === undefined;
  const passes = async (settings: VerifySettings, key: (verifyKey: string) => string) => {
    const { verify: check, verifyKey } = queueVerification(settings, context);
    const checked = async (one: CheckedCommit) => {
      const verdict = await check(one);
      isSetUp = true;
      return verdict;
    };
    return withVerifyCache<CheckedCommit>(checked, join(repository.root, SAGE_PATHS.queue), key(verifyKey));
  };
  try {
    if (verify) {
      const { ok, output } = await (await passes(verify, (key) => key))(candidate);
      if (!ok && !context.stop.aborted) throw verifyFails(commit, output, context.run);
    }
    // Verify has set up its worktree, unless the tree was known to pass.
    if (!isSetUp) await (await passes({ command: NOTHING }, () => `setup: ${setup}`))(candidate);
  } catch (cause) {
    if (!(cause instanceof MachineError)) throw cause;
    const folder = logFolder(context.run, commit);
    const log = SETUP_LOGS.map((name) => `${folder}/${name}`).find((file) =>
      existsSync(join(repository.root, file)),
    );
    const all = log === undefined ? '' : ` (full log: ${log})`;
    const message = `no worktree can be prepared on the base commit ${commit.slice(0, 10)}: ${cause.message}${all}; fix that, or start anyway with --no-baseline`;
    throw new CannotStartError('SETUP_FAILS', message, { cause });
  }
}

function verifyFails(commit: string, output: string, run: string): CannotStartError {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const said = lines.length === 0 ? 'without output' : `with: ${lines.slice(-MAX_LINES).join(' | ')}`;
  return new CannotStartError(
    'VERIFY_FAILS',
    `verify fails on the base commit ${commit.slice(0, 10)} itself, ${said} (full log: ${logFolder(run, commit)}/verify.log); fix the branch or the command, or start anyway with --no-baseline`,
  );
}

function logFolder(run: string, commit: string): string {
  return `${SAGE_PATHS.runs}/${run}/verify/${commit}`;
}
