import { type AgentProblem, problemOf } from './problem.ts';

/** No event, and no line of a stack. */
const SENTENCE = /^[^\s{}]/;

/**
 * What a program that prints events says of its account or the machine in plain words: without a login some end before
 * their first event, and some only write that they try again. `cutOff`: it was ended before it gave up; then what it
 * said before its last event is over.
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
