const CHANGING: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b\d{8}-\d{6}-[0-9a-f]{6}\b/g, 'RUN'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\b\d{4}-\d\d-\d\d\b/g, 'DATE'],
  [/\b\d\d:\d\d(?::\d\d)?\b/g, 'TIME'],
  [/\b\d+\.\d+\.\d+\b/g, 'VERSION'],
  [/\b\d+(?:\.\d+)? ?(?:ms|min|s|h|m)\b/g, 'LONG'],
  [/(?:LONG )+LONG/g, 'LONG'],
  // Only where it is a second.
  [/, LONG less than one worker/g, ''],
  [/\b[0-9a-f]{6,40}\b/g, 'HASH'],
];
const OF_WORKERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bworker \d+\b/g, 'worker N'],
  [/\b\d+ of \d+\b/g, 'N of N'],
  [/\b\d+ workers?\b/g, 'N workers'],
];

/** Said only where there was time for it. */
const SOMETIMES = /^ (?:overlap|quiet|ETA) /;

/** Lines without what differs from run to run: hashes, dates, durations, widths of columns. */
function constant(text: string, anyOrder: boolean): string[] {
  const patterns = anyOrder ? [...CHANGING, ...OF_WORKERS] : CHANGING;
  const lines = text.split('\n').map((line) => {
    let same = line;
    for (const [pattern, name] of patterns) same = same.replaceAll(pattern, name);
    return same.replaceAll(/ +/g, ' ').trimEnd();
  });
  return anyOrder ? lines.filter((line) => !SOMETIMES.test(line)).toSorted() : lines;
}

/** Whether a page shows what a command prints; `...` in the page stands for any lines. */
export function sameOutput(shown: string, printed: string, anyOrder: boolean): boolean {
  const expected = constant(shown.trimEnd(), anyOrder);
  const lines = constant(printed.trimEnd(), anyOrder);
  if (anyOrder && expected.includes('...')) {
    const told = expected.filter((line) => line !== '...');
    return told.every((line) => lines.includes(line));
  }
  return matches(expected, lines);
}

function matches(expected: readonly string[], lines: readonly string[]): boolean {
  const gap = expected.indexOf('...');
  if (gap < 0) return expected.length === lines.length && expected.every((line, at) => line === lines[at]);
  if (expected.slice(0, gap).some((line, at) => line !== lines[at])) return false;
  const rest = expected.slice(gap + 1);
  for (let at = gap; at <= lines.length; at += 1) if (matches(rest, lines.slice(at))) return true;
  return false;
}
