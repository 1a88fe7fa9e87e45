/** How long something took, and what was known of it before. */
export interface DurationSample {
  readonly minutes: number;
  readonly type: string;
  readonly component: string;
  /** Minutes that its author expected. */
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
  /** Undefined where there is neither a sample nor any estimate to go by. */
  predict(ticket: Omit<DurationSample, 'minutes'>): PredictedDuration | undefined;
  readonly samples: number;
}

/** With this many samples a group's mean counts as much as that of the group around it. */
const PRIOR_GROUP_SAMPLES = 4;
/** The belief that estimates are right counts as much as this many samples that say so. */
const PRIOR_ESTIMATE_SAMPLES = 1;
/** Without samples: four of five tickets within a factor of three of the estimate. */
const PRIOR_SPREAD = Math.log(3);
/** Quantile of 0.9 of the normal distribution: a tenth above `high`, a tenth below `low`. */
const NORMAL_QUANTILE_90 = 1.2816;

/**
 * Learns from samples. Logarithms of minutes, or of minutes over the estimate if there is one, are averaged for
 * the type and component, each drawn towards the mean of the larger group around it (all, then the type) as far as
 * it has few samples itself (partial pooling; Gelman and Hill, "Data Analysis Using Regression and Multilevel
 * Models", 2007). Durations are taken as log-normal. Samples that are not positive numbers are left out.
 *
 * `usualEstimate` is what tickets without an estimate are taken for: what a unit of estimates is worth is learned
 * from samples without one, too (else tickets with and without would be measured in different units), and where
 * there are no samples a ticket without an estimate takes as long as that.
 */
export function learnDurations(
  samples: readonly DurationSample[],
  { usualEstimate }: { usualEstimate?: number } = {},
): DurationModel {
  const usable = samples.filter(({ minutes }) => minutes > 0 && minutes < Infinity);
  // With and without an estimate are two models: a ratio and a time have no mean in common.
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
/** No logarithms: the mean, and by how much it is passed or missed. */
type Pooled = { readonly mean: number; readonly factor: number; readonly samples: number } | undefined;

/** `prior` is the mean where nothing is known; without it nothing can be said then. */
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
    // The mean itself is not known exactly, the less so the fewer samples there are.
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
    // What is not known of a kind is known of it, too.
    if (!ofType.has(key.component)) ofType.set(key.component, predict(key));
    return ofType.get(key.component);
  };
}
