import { spoken } from './figures.ts';
import { clipped } from './html-text.ts';
import type { Report, Span } from './report.ts';

/** By the end of an attempt; others are grey. */
const CLASSES: Readonly<Record<string, string>> = {
  landed: 'l',
  failed: 'f',
  deferred: 'f',
  rejected: 'r',
  conflicted: 'r',
};
/** More spans could not be distinguished, and would fill the file. */
const MAX_SPANS = 1_500;
const NAME_BYTES = 40;

/** A lane for each worker, with each attempt from its start to its end. */
export function ganttHtml({ spans, seconds }: Pick<Report, 'spans' | 'seconds'>, named: boolean): string {
  if (spans.length === 0) return '';
  const whole = Math.max(seconds, 0.001, ...spans.map(({ end }) => end));
  const longest = spans.toSorted((a, b) => b.end - b.start - (a.end - a.start)).slice(0, MAX_SPANS);
  const byWorker = Map.groupBy(longest, ({ worker }) => worker);
  const lanes = [...byWorker.keys()]
    .toSorted((a, b) => a - b)
    .map((worker) => {
      const bars = (byWorker.get(worker) ?? [])
        .toSorted((a, b) => a.start - b.start)
        .map((span) => bar(span, whole, named));
      return `<div class=bars>${bars.join('')}</div>`;
    });
  const left =
    spans.length > longest.length ? `; the longest ${longest.length} of ${spans.length} attempts` : '';
  return `<h2>Time</h2>${lanes.join('\n')}<p class=dim>a lane for each worker, ${spoken(whole)} from left to right${left}</p>`;
}

function bar({ ticket, attempt, result, start, end }: Span, whole: number, named: boolean): string {
  const percent = (value: number) => Number(((value / whole) * 100).toFixed(2));
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  const title = named
    ? ` title="${clipped(ticket, NAME_BYTES)}${again}: ${result}, ${spoken(end - start)}"`
    : '';
  const kind = CLASSES[result];
  const place = `left:${percent(start)}%;width:${percent(end - start)}%`;
  return `<i${kind === undefined ? '' : ` class=${kind}`} style="${place}"${title}></i>`;
}
