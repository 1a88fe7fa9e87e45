import { type AgentProblem, problemOf } from './problem.ts';

/** A program may print a hint or two below what went wrong. */
const LAST_LINES = 3;
const MAX_CHARACTERS = 500;

/** What programs put before their message: `Error:`, `[ERROR]`, `litellm.AuthenticationError:`. */
const PREFIX = /^[\s>*[]*(?:[\w.]*(?:error|exception|fatal)\w*[\]:\s]+(?:- )?)*/i;

/**
 * How programs say, without any events, that a model's API refuses their account, or that it is at its limit. Each is the beginning of a message, and
 * most are all of it: a sentence about an invalid key is work on one.
 */
const REFUSALS: readonly RegExp[] = [
  /^(?:invalid|incorrect|missing|expired) api[ -]?key(?: provided)?\s*(?:$|[·:.,;(])/i,
  /^(?:your )?api[ -]?key (?:is )?(?:not valid|invalid|missing|expired)\s*(?:$|[·:.,;(])/i,
  /^(?:you are )?not (?:logged|signed) in\s*(?:$|[·:.,;(])/i,
  /^please run \S*\s?\/?login\b/i,
  /^(?:your )?credit balance is too low\b/i,
  /^you(?:'ve| have)? exceeded your current quota\b/i,
  /^unexpected status 40[123]\b/i,
  /^(?:claude (?:ai )?|\d+-hour |weekly |session )?(?:usage )?limit reached(?:\s*$|\s*[·∙|:.,;(])/i,
  /^you(?:'ve| have) hit your (?:\w+ )?limit\b/i,
];
/** The same with the word "API" before it. */
const API_STATUS = /^[\s>*[]*(?:error:\s*)?API Error:? ?40[123]\b/i;
/** What may as well be the output of a ticket's own work: a status, or an object, that stands alone. */
const BARE = /^(?:HTTP )?401(?: Unauthorized)?\.?$|^(?:40\d )?\{/i;

/**
 * Why the account of an agent that prints plain text was refused, by its last lines. Asked only where it ended with a
 * failure. `changed`: it has changed files, so that its model has worked for it.
 */
export function plainRefusal(
  said: readonly string[],
  { changed }: { changed: boolean },
): AgentProblem | undefined {
  for (const one of said.slice(-LAST_LINES).toReversed()) {
    const line = one.trim().slice(0, MAX_CHARACTERS);
    const message = line.replace(PREFIX, '');
    const problem = problemOf(message);
    if (API_STATUS.test(line) || REFUSALS.some((refusal) => refusal.test(message)))
      // If it says when it works again, it passes by itself.
      return problem.kind === 'rate-limit' ? problem : { ...problem, kind: 'account' };
    if (!changed && BARE.test(message) && problem.kind === 'account') return problem;
  }
  return undefined;
}
