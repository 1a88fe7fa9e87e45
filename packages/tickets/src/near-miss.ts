import { distance } from 'fastest-levenshtein';

/** Keys that decide which tickets run and in which order, with synonyms that other tools use. */
const ORDER_KEYS: Readonly<Record<string, readonly string[]>> = {
  dependencies: [
    'depends_on',
    'depends_upon',
    'depends',
    'dependency',
    'deps',
    'blocked_by',
    'is_blocked_by',
    'blocked_on',
    'requires',
    'prerequisites',
    'predecessors',
    'waits_for',
    'waits_on',
    'waiting_for',
  ],
  parent: ['parent_id', 'parent_ticket'],
  children: ['child_tickets', 'child_ids', 'subtickets'],
  conflicts_with: ['conflicts'],
};

/** The other keys that are read. A key similar to one of them is probably a typing error. */
const OTHER_KEYS = [
  'title',
  'state',
  'priority',
  'type',
  'component',
  'description',
  'validation_type',
  'validation_config',
  'acceptanceCriteria',
  'acceptance_criteria',
  'targetFiles',
  'files',
  'docs',
  'tasks',
  'effort',
  'effort_sp',
  'estimated_minutes',
  'agent',
  'model',
  'worker',
  'components',
  'state_history',
  'defer_reason',
];

/** A key of a ticket that is not read, and the key that is probably meant. */
export interface NearMiss {
  readonly key: string;
  readonly meant: string;
  /** Whether tickets would run in a different order than their author intends. */
  readonly decidesOrder: boolean;
}

const KNOWN = new Set([...Object.keys(ORDER_KEYS), ...OTHER_KEYS, 'id', 'git']);

const NONE: readonly NearMiss[] = Object.freeze<NearMiss[]>([]);

/** Keys of a ticket that are nearly known ones. A value that says nothing (null, empty) does no harm. */
export function nearMisses(raw: Readonly<Record<string, unknown>>): readonly NearMiss[] {
  if (hasKnownOnly(raw)) return NONE;
  return Object.keys(raw).flatMap((key) => {
    if (KNOWN.has(key) || saysNothing(raw[key])) return [];
    const order = Object.keys(ORDER_KEYS).find((known) =>
      [known, ...ORDER_KEYS[known]!].some((word) => isNearWord(plain(key), plain(word))),
    );
    const meant = order ?? [...KNOWN].find((known) => isNear(plain(key), plain(known)));
    return meant === undefined ? [] : [{ key, meant, decidesOrder: Object.hasOwn(ORDER_KEYS, meant) }];
  });
}

/** As nearly every ticket: found out without a list of its keys. */
function hasKnownOnly(raw: Readonly<Record<string, unknown>>): boolean {
  for (const key in raw) if (!KNOWN.has(key)) return false;
  return true;
}

/** `dependsOn`, `depends-on` and `Depends_On` are one word. */
function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** A typing error in a long synonym. A short one (`required`, `depend`) may mean something else. */
function isNearWord(key: string, word: string): boolean {
  return key === word || (word.length > 'requires'.length && distance(key, word) === 1);
}

/** One typing error in a word of at least four letters, two in a long word. */
function isNear(key: string, known: string): boolean {
  if (key === known) return true;
  const shorter = Math.min(key.length, known.length);
  return shorter >= 4 && distance(key, known) <= (shorter >= 8 ? 2 : 1);
}

function saysNothing(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
