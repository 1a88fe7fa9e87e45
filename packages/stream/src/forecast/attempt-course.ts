import type { Course } from '@sage/scheduler';
import { CONFLICT_RETRIES } from '../attempts/retry-policy.ts';
import type { AttemptEnd, TrackRecord } from '../history/track-record.ts';

/** The past attempts of a ticket. */
export interface Behind {
  /** Attempts that failed or were rejected, and those that conflicted. */
  readonly failures: number;
  readonly conflicts: number;
  /** Minutes since the end of its attempt, if it waits to land. */
  readonly waited?: number;
}

/**
 * Draws how tickets continue. Each attempt ends like a random earlier one, and a ticket is tried as often as in a run
 * (`RetryPolicy`). A landing takes as long as a random earlier one. If the landing has already begun, it takes longer
 * than it has taken so far.
 */
export function courses(
  record: Pick<TrackRecord, 'shares' | 'landings'>,
  maxAttempts: number,
): (behind: Behind, random: () => number) => Course {
  const { landings } = record;
  const shares = [...record.shares];
  /** How most go, by the landing that they end with. */
  const atOnce = new Map(
    [0, ...landings].map((minutes) => [minutes, { landings: [minutes], deferred: false }]),
  );
  const drawAny = drawing(shares);
  const drawAtLanding = drawing(shares.filter(([end]) => end !== 'failed' && end !== 'deferred'));
  return (behind, random) => {
    let { failures, conflicts, waited } = behind;
    let taken: number[] | undefined;
    for (;;) {
      const end = (waited === undefined ? drawAny : drawAtLanding)(random);
      const lands = end !== 'failed' && end !== 'deferred';
      const landing = lands ? drawLanding(landings, waited ?? -1, random) : 0;
      if (end === 'landed' && taken === undefined)
        return atOnce.get(landing) ?? { landings: [landing], deferred: false };
      (taken ??= []).push(landing);
      waited = undefined;
      if (end === 'landed') return { landings: taken, deferred: false };
      if (end === 'conflicted') conflicts += 1;
      else failures += 1;
      if (end === 'deferred' || conflicts > CONFLICT_RETRIES || failures >= maxAttempts)
        return { landings: taken, deferred: true };
    }
  };
}

/** The middle value; 0 if there is none. */
export function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Draws ends by their shares, for a hundred thousand tickets. */
function drawing(shares: readonly (readonly [AttemptEnd, number])[]): (random: () => number) => AttemptEnd {
  const ends = shares.map(([end]) => end);
  const limits: number[] = [];
  let all = 0;
  for (const [, share] of shares) limits.push((all += share));
  return (random) => {
    const drawn = random() * all;
    for (let at = 0; at < ends.length; at++) if (drawn < limits[at]!) return ends[at]!;
    return 'landed';
  };
}

function drawLanding(sorted: readonly number[], waited: number, random: () => number): number {
  const first = sorted.findIndex((minutes) => minutes > waited);
  return first === -1 ? 0 : sorted[first + Math.floor(random() * (sorted.length - first))]!;
}
