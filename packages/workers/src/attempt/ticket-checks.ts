import { runInNewContext } from 'node:vm';
import { outputTail } from '../process/output-tail.ts';
import type { FailedCheck, WorkCheck } from '../request.ts';
import { describeExit, runStep, type StepContext } from '../process/step.ts';

/** How much of a check's output is searched for its pattern, and how many lines are reported. */
const OUTPUT_BYTES = 256 * 1024;
const OUTPUT_LINES = 40;
/** A pattern that takes longer than this (ms) would hold up all workers. */
const PATTERN_TIMEOUT_MS = 500;
/** Exit codes of a shell that could not run the command. */
const NOT_RUN_EXITS = new Set([126, 127]);

/** Runs checks in order. Stops after a failed check that defers the ticket. */
export async function runTicketChecks(
  checks: readonly WorkCheck[],
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

/** A check that can never pass. It is reported before an agent works in vain. */
export function unusableCheck(checks: readonly WorkCheck[]): FailedCheck | undefined {
  for (const check of checks) {
    const reason =
      check.command.trim() === ''
        ? 'has no command'
        : patternFault(check.successPattern)
          ? `has the success_pattern ${JSON.stringify(check.successPattern)}, which is not a regular expression`
          : undefined;
    if (reason !== undefined) return { check, reason, output: '', broken: true };
  }
  return undefined;
}

async function runOne(
  check: WorkCheck,
  name: string,
  context: StepContext,
): Promise<FailedCheck | undefined> {
  const { exit, outputFile } = await runStep(name, check.command, context);
  const lines = await outputTail(outputFile, OUTPUT_BYTES);
  const last = lines.slice(-OUTPUT_LINES);
  const fault = describeExit(exit);
  const explained = fault === undefined ? undefined : context.explain?.(last);
  const output = [...last, ...(explained === undefined ? [] : [`(${explained})`])].join('\n');
  if (fault !== undefined)
    return { check, reason: fault, output, broken: NOT_RUN_EXITS.has(exit.exitCode ?? 0) };
  const { successPattern } = check;
  if (successPattern === undefined) return undefined;
  const found = matches(successPattern, lines.join('\n'));
  if (found === true) return undefined;
  const about = `success_pattern ${JSON.stringify(successPattern)}`;
  return found === false
    ? { check, reason: `ended with 0, but its output does not match the ${about}`, output, broken: false }
    : { check, reason: `has the ${about}, which takes too long to match`, output, broken: true };
}

/** Undefined if matching takes too long. */
function matches(pattern: string, text: string): boolean | undefined {
  try {
    return runInNewContext(
      'new RegExp(pattern, "m").test(text)',
      { pattern, text },
      { timeout: PATTERN_TIMEOUT_MS },
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
