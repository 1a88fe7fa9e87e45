/**
 * The points between which a kill may interrupt the queue, in the order in which a landing passes them. The three
 * before `recovered` are only passed after an earlier kill.
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

/** Called after each step, for tests of crashes: it may end the process. */
export type OnStep = (step: Step) => void;
