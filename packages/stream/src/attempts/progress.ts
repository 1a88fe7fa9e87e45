import type { AgentReport, WorkRequest } from '@sage/workers';
import type { RunContext } from '../context/run-context.ts';

/** The least time between progress events of one worker. */
const INTERVAL_MS = 1_000;

/** Journals an agent's activity as `ticket.progress`, at most once a second and always with the newest report. */
export function reportProgress(
  { log, clock }: Pick<RunContext, 'log' | 'clock'>,
  { ticket, worker, attempt }: Pick<WorkRequest, 'ticket' | 'worker' | 'attempt'>,
): { report(report: AgentReport): void; end(): void } {
  let last = -Infinity;
  let told = '';
  let newest: AgentReport | undefined;
  let cancel: (() => void) | undefined;

  function emit(): void {
    cancel = undefined;
    if (!newest) return;
    const { activity, tokens, costUsd } = newest;
    const figures = { activity, tokens, costUsd };
    const text = JSON.stringify(figures);
    if (text === told || text === '{}') return;
    told = text;
    last = clock.now().getTime();
    // If the journal cannot be written, the run stops at its next event.
    log.emit({ event: 'ticket.progress', ticket: ticket.id, worker, attempt, ...figures }).catch(() => {});
  }

  return {
    report(report) {
      newest = report;
      const wait = last + INTERVAL_MS - clock.now().getTime();
      if (wait <= 0) emit();
      else cancel ??= clock.after(wait, emit);
    },
    end() {
      newest = undefined;
      cancel?.();
    },
  };
}
