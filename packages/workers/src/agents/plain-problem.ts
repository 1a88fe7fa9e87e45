import { type AgentProblem, problemOf } from './problem.ts';

/** Excludes events and lines of a stack trace. */
const SENTENCE = /^[^\s{}]/;

/**
 * Account or machine problems that an event-printing program reports in plain text. Without a login, some programs
 * end before their first event, and some only report retries. `cutOff`: the program was ended before it gave up. Text
 * before its last event then no longer counts.
 */
export function plainProblem(
  lines: readonly string[],
  { cutOff }: { cutOff: boolean },
): AgentProblem | undefined {
  const since = cutOff ? lines.slice(lines.findLastIndex((line) => line.startsWith('{')) + 1) : lines;
  const last = since.findLast((line) => SENTENCE.test(line));
  const problem = last === undefined ? undefined : problemOf(last.trim());
  return problem?.kind === 'failure' ? undefined : problem;
}
