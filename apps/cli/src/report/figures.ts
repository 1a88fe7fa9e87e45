import { hours } from '../reporters/gantt.ts';
import type { Report, TicketReport } from './report.ts';

/** Seconds as a person says them. */
export function spoken(seconds: number): string {
  return hours(seconds / 60);
}

/** Tokens and cost, as far as they are known: `128400 tokens, $2.15`. */
export function used({ tokens, costUsd }: { readonly tokens?: number; readonly costUsd?: number }): string {
  return [
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
    ...(costUsd === undefined ? [] : [`$${costUsd.toFixed(2)}`]),
  ].join(', ');
}

export function branchOf({ target }: Pick<Report, 'target'>): string {
  return target.replace('refs/heads/', '');
}

/** `3 landed, 1 deferred`. */
export function countsOf({ counts }: Pick<Report, 'counts'>): string {
  return Object.entries(counts)
    .filter(([outcome, count]) => count > 0 || outcome === 'landed')
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

/** How long it took, and how much longer one worker would have needed for the same attempts. */
export function timeOf({ seconds, savedSeconds }: Pick<Report, 'seconds' | 'savedSeconds'>): string {
  const saved = savedSeconds < 1 ? '' : `, ${spoken(savedSeconds)} less than one worker`;
  return `${spoken(seconds)}${saved}`;
}

/** Why a ticket has not landed, in one line. */
export function whyNot({ outcome, category, reason, by }: TicketReport): string {
  if (outcome === 'blocked') return `blocked by ${(by ?? []).join(', which waits for ')}`;
  const why = [category, reason].filter((part) => part !== undefined).join(': ');
  return why === '' ? outcome : outcome === 'deferred' ? why : `${outcome}: ${why}`;
}

/** What a person should check in accepted or overlapping work: a word and a line each. */
export function marksOf(ticket: TicketReport): { readonly word: string; readonly text: string }[] {
  const { overlap, drift, denied, configuration, whatRuns, flaky } = ticket;
  const others = overlap && overlap.tickets.length > 0 ? `, with ${overlap.tickets.join(', ')}` : '';
  return [
    ...(whatRuns ? [{ word: 'what runs', text: whatRuns.join(', ') }] : []),
    ...(configuration ? [{ word: 'settings', text: configuration.join(', ') }] : []),
    ...(denied ? [{ word: 'denied', text: denied.join(', ') }] : []),
    ...(drift ? [{ word: 'drift', text: `not declared: ${drift.join(', ')}` }] : []),
    ...(overlap ? [{ word: 'overlap', text: `${overlap.files.join(', ')}${others}` }] : []),
    ...(flaky ? [{ word: 'flaky', text: 'verify failed once, then passed' }] : []),
  ];
}
