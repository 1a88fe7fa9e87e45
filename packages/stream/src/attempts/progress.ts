import type { AgentReport, WorkRequest } from '@sage/workers';
import type { RunContext } from '../context/run-context.ts';

/** Progress events of one worker are at least this far apart. */
const INTERVAL_MS = 1_000;

/** Journals what an agent does now as `ticket.progress`, at most once a second, the newest report winning. */
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
    // A journal that cannot be written stops the run at its next event.
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
