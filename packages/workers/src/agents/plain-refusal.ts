import { type AgentProblem, problemOf } from './problem.ts';

/** A program may print a hint or two after the error. */
const LAST_LINES = 3;
const MAX_CHARACTERS = 500;

/** Prefixes of error messages: `Error:`, `[ERROR]`, `litellm.AuthenticationError:`. */
const PREFIX = /^[\s>*[]*(?:[\w.]*(?:error|exception|fatal)\w*[\]:\s]+(?:- )?)*/i;

/**
 * Plain text messages about an API that refuses the account, or about its limit. Each pattern matches the start of a
 * message and most match all of it, because a sentence about an invalid key may be the ticket's own topic.
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
/** The same, preceded by "API". */
const API_STATUS = /^[\s>*[]*(?:error:\s*)?API Error:? ?40[123]\b/i;
/** Ambiguous text: a lone status or object, which may also be the output of the ticket's own work. */
const BARE = /^(?:HTTP )?401(?: Unauthorized)?\.?$|^(?:40\d )?\{/i;

/**
 * Why the account of an agent that prints plain text was refused, from its last lines. Only called after a failure.
 * `changed`: the agent has changed files, so its model did work for it.
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
      // If it says when it will work again, the problem is temporary.
      return problem.kind === 'rate-limit' ? problem : { ...problem, kind: 'account' };
    if (!changed && BARE.test(message) && problem.kind === 'account') return problem;
  }
  return undefined;
}
