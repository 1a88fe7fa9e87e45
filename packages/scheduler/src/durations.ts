/** How long a ticket took, and what was known about it beforehand. */
export interface DurationSample {
  readonly minutes: number;
  readonly type: string;
  readonly component: string;
  /** Minutes estimated by the author. */
  readonly estimate?: number;
}

export interface PredictedDuration {
  /** The median, in minutes. */
  readonly minutes: number;
  /** Four of five such tickets take between `low` and `high`. */
  readonly low: number;
  readonly high: number;
  /** Samples of the same type and component. */
  readonly samples: number;
}

export interface DurationModel {
  /** Undefined if there are neither samples nor estimates to base it on. */
  predict(ticket: Omit<DurationSample, 'minutes'>): PredictedDuration | undefined;
  readonly samples: number;
}

/** With this many samples, a group's mean weighs as much as that of the group around it. */
const PRIOR_GROUP_SAMPLES = 4;
/** The assumption that estimates are right weighs as much as this many samples that confirm it. */
const PRIOR_ESTIMATE_SAMPLES = 1;
/** Without samples, four of five tickets are assumed to be within a factor of three of the estimate. */
const PRIOR_SPREAD = Math.log(3);
/** The 0.9 quantile of the normal distribution: a tenth is above `high`, a tenth below `low`. */
const NORMAL_QUANTILE_90 = 1.2816;

/**
 * Learns from samples, assuming log-normal durations. It averages logarithms of minutes, or of minutes over the
 * estimate, for each type and component. The fewer samples a group has, the more its mean is drawn towards that of
 * the larger group around it: all, then the type (partial pooling; Gelman and Hill, "Data Analysis Using Regression
 * and Multilevel Models", 2007). Samples that are not positive numbers are ignored.
 *
 * `usualEstimate` is the estimate assumed for tickets without one. Samples without an estimate then also teach what a
 * unit of estimates is worth, which keeps both kinds of tickets in the same unit. Without any samples, a ticket
 * without an estimate takes `usualEstimate`.
 */
export function learnDurations(
  samples: readonly DurationSample[],
  { usualEstimate }: { usualEstimate?: number } = {},
): DurationModel {
  const usable = samples.filter(({ minutes }) => minutes > 0 && minutes < Infinity);
  // Separate models with and without an estimate, because a ratio and a time cannot be averaged together.
  const known = usable.filter(({ estimate }) => isEstimate(estimate));
  const ratio = meanRatio(usable, usualEstimate);
  const byEstimate = pool(
    known.map((one) => ({ ...one, value: Math.log(one.minutes / one.estimate!) })),
    ratio,
  );
  const byTime = pool(
    usable.map((one) => ({ ...one, value: Math.log(one.minutes) })),
    isEstimate(usualEstimate) ? ratio + Math.log(usualEstimate) : undefined,
  );
  return {
    samples: usable.length,
    predict(ticket) {
      const expected = isEstimate(ticket.estimate) ? byEstimate(ticket) : byTime(ticket);
      if (!expected) return undefined;
      const { mean, factor, samples } = expected;
      const minutes = mean * (isEstimate(ticket.estimate) ? ticket.estimate : 1);
      return { minutes, low: minutes / factor, high: minutes * factor, samples };
    },
  };
}

/** The logarithm of minutes over the estimate, drawn towards 0. */
function meanRatio(samples: readonly DurationSample[], usualEstimate: number | undefined): number {
  let sum = 0;
  let weight = PRIOR_ESTIMATE_SAMPLES;
  for (const { minutes, estimate } of samples) {
    const expected = isEstimate(estimate) ? estimate : usualEstimate;
    if (!isEstimate(expected)) continue;
    sum += Math.log(minutes / expected);
    weight++;
  }
  return sum / weight;
}

function isEstimate(estimate: number | undefined): estimate is number {
  return estimate !== undefined && estimate > 0 && estimate < Infinity;
}

interface Group {
  sum: number;
  count: number;
}

type Valued = Pick<DurationSample, 'type' | 'component'> & { readonly value: number };
/** Not logarithms: the mean, and the factor by which values lie above or below it. */
type Pooled = { readonly mean: number; readonly factor: number; readonly samples: number } | undefined;

/** `prior` is the mean assumed if nothing is known. Without a prior, there is then no prediction. */
function pool(
  values: readonly Valued[],
  prior?: number,
): (key: Pick<Valued, 'type' | 'component'>) => Pooled {
  const groups = new Map<string, Group>();
  const keysOf = ({ type, component }: Pick<Valued, 'type' | 'component'>): string[] => [
    JSON.stringify([]),
    JSON.stringify([type]),
    JSON.stringify([type, component]),
  ];
  for (const one of values) {
    for (const key of keysOf(one)) {
      const group = groups.get(key) ?? { sum: 0, count: 0 };
      groups.set(key, group);
      group.sum += one.value;
      group.count++;
    }
  }
  const meanOf = (key: Pick<Valued, 'type' | 'component'>): { mean: number; count: number } | undefined => {
    let mean = prior;
    let count = 0;
    for (const name of keysOf(key)) {
      const group = groups.get(name);
      count = group?.count ?? 0;
      if (!group) continue;
      const around = mean === undefined ? 0 : PRIOR_GROUP_SAMPLES;
      mean = (group.sum + around * (mean ?? 0)) / (group.count + around);
    }
    return mean === undefined ? undefined : { mean, count };
  };
  let squares = PRIOR_GROUP_SAMPLES * (PRIOR_SPREAD / NORMAL_QUANTILE_90) ** 2;
  for (const one of values) squares += (one.value - meanOf(one)!.mean) ** 2;
  const deviation = Math.sqrt(squares / (PRIOR_GROUP_SAMPLES + values.length));
  const predict = (key: Pick<Valued, 'type' | 'component'>): Pooled => {
    const found = meanOf(key);
    if (!found) return undefined;
    // The mean is itself uncertain, more so with fewer samples.
    const spread = deviation * Math.sqrt(1 + 1 / (found.count + PRIOR_GROUP_SAMPLES));
    const factor = Math.exp(NORMAL_QUANTILE_90 * spread);
    return { mean: Math.exp(found.mean), factor, samples: found.count };
  };
  if (values.length === 0) {
    const same = predict({ type: '', component: '' });
    return () => same;
  }
  // Tickets are many, kinds of them few.
  const known = new Map<string, Map<string, Pooled>>();
  return (key) => {
    let ofType = known.get(key.type);
    if (!ofType) known.set(key.type, (ofType = new Map()));
    // `undefined` is a cached answer too.
    if (!ofType.has(key.component)) ofType.set(key.component, predict(key));
    return ofType.get(key.component);
  };
}
