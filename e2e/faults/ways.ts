/** The ways to land that there are. */
export const WAYS = [
  'in groups',
  'with a managed file',
  'verified in a chain',
  'verified in batches',
  'merged',
  'rebased',
] as const;

export type Way = (typeof WAYS)[number];
