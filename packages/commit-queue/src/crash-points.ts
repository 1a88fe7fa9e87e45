/**
 * The points of the queue's work between which a kill may come, in the order in which a landing passes them; the
 * three before `recovered` only where an earlier one was killed.
 */
export const CRASH_POINTS = [
  'pinned',
  'entry-written',
  'lock-taken',
  'stale-locks-removed',
  'checkouts-finished',
  'intent-forgotten',
  'recovered',
  'merged',
  'committed',
  'chain-built',
  'objects-synced',
  'planned',
  'intent-written',
  'target-moved',
  'checkouts-moved',
  'entries-settled',
  'pins-removed',
  'intent-removed',
] as const;

export type Step = (typeof CRASH_POINTS)[number];

/** Called after each step, for tests of what a kill leaves: it may end the process. */
export type OnStep = (step: Step) => void;
