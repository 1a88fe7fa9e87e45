import { runInNewContext } from 'node:vm';
import { outputTail } from './output-tail.ts';
import type { FailedCheck, TicketCheck } from './request.ts';
import { describeFailure, runStep, type StepContext } from './step.ts';

/** What is read of a check's output to look for its pattern, and the lines of it that are told. */
const READ = 256 * 1024;
const LINES = 40;
/** A pattern that takes longer than this many milliseconds would hold up every worker. */
const PATTERN_LIMIT = 500;
/** Exit codes of a shell that could not run the command. */
const NOT_RUN = new Set([126, 127]);

/** Runs checks in order; those after one that defers the ticket are left out. */
export async function runTicketChecks(
  checks: readonly TicketCheck[],
  round: number,
  context: StepContext,
): Promise<FailedCheck[]> {
  const failed: FailedCheck[] = [];
  for (const [index, check] of checks.entries()) {
    if (context.signal?.aborted) break;
    const fault = await runOne(check, `check-${round}-${index + 1}`, context);
    if (fault) failed.push(fault);
    if (fault && check.retries === 0 && check.otherwise === 'defer') break;
  }
  return failed;
}

/** A check that can never pass: it is told before an agent works for it. */
export function unusableCheck(checks: readonly TicketCheck[]): FailedCheck | undefined {
  for (const check of checks) {
    const reason =
      check.command.trim() === ''
        ? 'has no command'
        : patternFault(check.successPattern)
          ? `has the success_pattern ${JSON.stringify(check.successPattern)}, which is no regular expression`
          : undefined;
    if (reason !== undefined) return { check, reason, output: '', broken: true };
  }
  return undefined;
}

async function runOne(
  check: TicketCheck,
  name: string,
  context: StepContext,
): Promise<FailedCheck | undefined> {
  const { exit, outputFile } = await runStep(name, check.command, context);
  const lines = await outputTail(outputFile, READ);
  const output = lines.slice(-LINES).join('\n');
  const fault = describeFailure(exit);
  if (fault !== undefined) return { check, reason: fault, output, broken: NOT_RUN.has(exit.exitCode ?? 0) };
  const { successPattern } = check;
  if (successPattern === undefined) return undefined;
  const found = matches(successPattern, lines.join('\n'));
  if (found === true) return undefined;
  const about = `success_pattern ${JSON.stringify(successPattern)}`;
  return found === false
    ? { check, reason: `ended with 0, but its output does not match the ${about}`, output, broken: false }
    : { check, reason: `has the ${about}, which takes too long to look for`, output, broken: true };
}

/** undefined where the answer takes too long. */
function matches(pattern: string, text: string): boolean | undefined {
  try {
    return runInNewContext(
      'new RegExp(pattern, "m").test(text)',
      { pattern, text },
      { timeout: PATTERN_LIMIT },
    ) as boolean;
  } catch {
    return undefined;
  }
}

function patternFault(pattern: string | undefined): boolean {
  try {
    return pattern !== undefined && !(new RegExp(pattern, 'm') instanceof RegExp);
  } catch {
    return true;
  }
}
