import { TICKET_PRIORITIES } from '@sage/tickets';
import { findingOf, inQuotes } from '../finding.ts';
import type { Finding, Problem } from '../finding.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

const TYPES = [
  'implementation',
  'enhancement',
  'bugfix',
  'refactor',
  'lightweight',
  'legacy',
  'epic',
  'story',
  'task',
  'subtask',
  'feature',
  'testing',
  'documentation',
  'chore',
];
const VALIDATION_TYPES = ['stateflow', 'content', 'interactive', 'integration', 'generic'];

/** Section 10. */
export function checkPriorities(index: IndexUnderTest): Finding[] {
  return checkWords(index, 'priorities', 'priority', TICKET_PRIORITIES, 'taken as P2');
}

/** Section 11. */
export function checkTypes(index: IndexUnderTest): Finding[] {
  return checkWords(index, 'types', 'type', TYPES, 'taken as it is');
}

/** Section 12. */
export function checkValidationTypes(index: IndexUnderTest): Finding[] {
  return checkWords(index, 'validation-types', 'validation_type', VALIDATION_TYPES, 'not used');
}

/** Ignores case. A missing word has its default. */
function checkWords(
  { entries }: IndexUnderTest,
  section: string,
  field: string,
  words: readonly string[],
  effect: string,
): Finding[] {
  const known = new Set(words.map((word) => word.toLowerCase()));
  const unknown: Problem[] = [];
  for (const { label, raw } of entries) {
    const value = raw[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' || !known.has(value.toLowerCase())) {
      unknown.push({ ticket: label, text: `${inQuotes(label)} has the ${field} ${inQuotes(value)}` });
    }
  }
  const advice = `${effect}; use one of ${words.join(', ')}`;
  return findingOf(`${section}.unknown`, 'warn', unknown, advice);
}
