const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A longer timer fires at once (2^31 - 1 ms, about 24 days). */
const MAX_DURATION_MS = 2 ** 31 - 1;

/** Parses `90s`, `30m`, `1.5h` or `500ms` into milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  const milliseconds = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
  return milliseconds > 0 && milliseconds <= MAX_DURATION_MS ? milliseconds : undefined;
}
