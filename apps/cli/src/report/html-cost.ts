import { spoken } from './figures.ts';
import type { Report } from './report.ts';

const COLUMNS = 60;

/**
 * A chart of the usage over time: cost, or tokens if no agent reports its cost. One column for each part of the time.
 */
export function costHtml({ spans, seconds }: Pick<Report, 'spans' | 'seconds'>): string {
  const figure = spans.some(({ costUsd }) => costUsd !== undefined) ? 'costUsd' : 'tokens';
  const told = spans.flatMap((span) => {
    const amount = span[figure];
    return amount === undefined ? [] : [{ at: span.end, amount }];
  });
  const total = told.reduce((sum, { amount }) => sum + amount, 0);
  if (total === 0) return '';
  const whole = Math.max(seconds, 0.001, ...told.map(({ at }) => at));
  const columns = Array.from({ length: COLUMNS }, (_, index) => {
    const until = ((index + 1) / COLUMNS) * whole;
    const used = told.reduce((sum, { at, amount }) => (at <= until ? sum + amount : sum), 0);
    return `<i style="height:${Number(((used / total) * 100).toFixed(1))}%"></i>`;
  });
  const name = figure === 'costUsd' ? `$${total.toFixed(2)}` : `${total} tokens`;
  return `<h2>Cost over time</h2><div class=cost>${columns.join('')}</div><p class=dim>up to ${name}, ${spoken(whole)} from left to right; of attempts that have ended</p>`;
}
