import { type RunEvent, RunFold, type RunState } from '@sage/journal';
import type { NextCommands } from '../next-commands.ts';
import { column, counted, fit, paragraph, printable, wrap } from '../printable.ts';
import { andNowLines } from './and-now.ts';
import type { Reporter } from './reporter.ts';
import type { Screen } from './screen.ts';
import { timeOfDay } from './time-of-day.ts';

type RunFinished = Extract<RunEvent, { event: 'run.finished' }>;

const ID_COLUMNS = 14;
/** The columns of a row before its text, plus a margin. */
const ROW_COLUMNS = 30;
const ROW_INDENT = ' '.repeat(28);
/** The maximum lines for an event of a ticket, and for a ticket in the summary. */
const MAX_LINES = 5;
const MAX_LINES_AT_THE_END = 8;
const MAX_CAUSES_COLUMNS = 40;
/** If the end is nearer than this, no ETA is shown, because it is only given in minutes. */
const MIN_ETA_MS = 2 * 60_000;

/** One or a few lines for each event, as wide as the screen, and a summary at the end. */
export function plainReporter(
  stdout: { write(text: string): unknown },
  screen: Screen,
  next: NextCommands,
): Reporter {
  const { colors, columns } = screen;
  const textColumns = Math.max(20, columns - ROW_COLUMNS);
  const fold = new RunFold();
  const write = (text: string) => void stdout.write(`${text}\n`);
  const row = (word: string, color: (text: string) => string, ticket: string, text: string) => {
    const [first = '', ...more] = paragraph(text, textColumns, MAX_LINES);
    write(`  ${color(column(word, 10))}${column(ticket, ID_COLUMNS, screen)}  ${first}`);
    for (const line of more) write(`${ROW_INDENT}${line}`);
  };

  const line = (word: string, text: string) =>
    write(`  ${colors.cyan(column(word, 10))}${fit(text, ID_COLUMNS + 2 + textColumns)}`);

  return {
    resumed(events) {
      for (const event of events) fold.apply(event);
    },
    notice(text) {
      for (const line of wrap(text, columns)) write(colors.dim(line));
    },
    event(event) {
      fold.apply(event);
      const { state } = fold;
      switch (event.event) {
        case 'run.started': {
          const branch = event.target.replace('refs/heads/', '');
          const { containers = [], heldBack = [] } = event;
          const others = new Set([...containers, ...heldBack]);
          const parts = [
            counted(event.tickets.filter((id) => !others.has(id)).length, 'ticket'),
            ...(heldBack.length > 0 ? [`${heldBack.length} blocked`] : []),
            ...(containers.length > 0 ? [counted(containers.length, 'container')] : []),
            counted(event.workers, 'worker'),
          ];
          write(colors.bold(fit(`${parts.join(', ')}, landing on ${branch}`, columns)));
          return;
        }
        case 'run.paused':
          return line('paused', 'nothing new starts until sage resume');
        case 'run.resumed':
          return line('resumed', 'tickets start again');
        case 'run.workers':
          return line('workers', event.workers === 1 ? '1 at a time' : `${event.workers} at a time`);
        case 'tickets.added':
          return line('added', `${counted(event.tickets.length, 'ticket')}: ${event.tickets.join(', ')}`);
        case 'tickets.restored':
          return line('restored', `not their failure: ${event.tickets.join(', ')}`);
        case 'tickets.withdrawn':
          return line('withdrawn', `${counted(event.tickets.length, 'ticket')}: ${event.tickets.join(', ')}`);
        case 'attempt.started': {
          const own = [event.agent, event.model].filter((name) => name !== undefined).map(printable);
          const marks = [...(event.attempt > 1 ? [`attempt ${event.attempt}`] : []), ...own];
          const again = marks.length > 0 ? ` (${marks.join(', ')})` : '';
          return row(
            `worker ${event.worker}`,
            colors.cyan,
            event.ticket,
            `${fit(event.title, textColumns - again.length)}${again}`,
          );
        }
        case 'ticket.requested':
          if (event.action === 'skip') row('skipped', colors.yellow, event.ticket, 'left for another run');
          return;
        case 'attempt.reviewed':
          if (event.verdict === 'sent-back')
            row('sent back', colors.yellow, event.ticket, event.comment ?? '');
          return;
        case 'attempt.finished':
          if (event.outcome === 'failed') row('failed', colors.yellow, event.ticket, event.reason ?? '');
          else if (event.outcome === 'account-refused')
            row('refused', colors.yellow, event.ticket, event.reason ?? '');
          else if (event.outcome === 'interrupted')
            row('stopped', colors.yellow, event.ticket, 'not counted as an attempt');
          else if (event.outcome === 'completed' && event.drift) {
            row('drift', colors.yellow, event.ticket, `not declared: ${event.drift.join(', ')}`);
          }
          for (const note of event.notes ?? []) row('note', colors.yellow, event.ticket, note);
          // If nothing was collected, the reason names them.
          if (event.outcome === 'completed' && event.ignoredFiles)
            row('left out', colors.yellow, event.ticket, `cannot be taken: ${event.ignoredFiles.join(', ')}`);
          return;
        case 'ticket.quiet': {
          const text = event.seconds === 0 ? 'prints again' : `has printed nothing for ${event.seconds} s`;
          return row('quiet', colors.yellow, event.ticket, text);
        }
        case 'queue.enqueued':
          return row('finished', colors.cyan, event.ticket, 'landing');
        case 'landing.landed':
          if (event.flaky) row('flaky', colors.yellow, event.ticket, 'verify failed once, then passed');
          return;
        case 'conflict.predicted': {
          const others = event.tickets.length > 0 ? `, from ${event.tickets.join(', ')}` : '';
          return row('overlap', colors.yellow, event.ticket, `works on ${event.files.join(', ')}${others}`);
        }
        case 'git.settings_changed':
          return row(
            'warning',
            colors.red,
            event.ticket,
            `changed, and ignored by Sage: ${event.files.join(', ')}`,
          );
        case 'landing.conflicted':
          return row('conflict', colors.yellow, event.ticket, `in ${event.files.join(', ')}`);
        case 'landing.rejected':
          return row('rejected', colors.yellow, event.ticket, event.reason);
        case 'ticket.completed': {
          if (state.containers.has(event.ticket)) {
            row('done', colors.green, event.ticket, 'a container: everything in it has landed');
            return;
          }
          row('landed', colors.green, event.ticket, `${event.commit.slice(0, 10)}  ${landedOf(state)}`);
          const denied = state.denied.get(event.ticket);
          if (denied)
            row('denied', colors.yellow, event.ticket, `landed, but was denied: ${denied.join(', ')}`);
          const files = state.configuration.get(event.ticket);
          if (files)
            row('settings', colors.yellow, event.ticket, `from the next run on: ${files.join(', ')}`);
          const whatRuns = state.whatRuns.get(event.ticket);
          if (whatRuns)
            row('warning', colors.yellow, event.ticket, `changes what runs: ${whatRuns.join(', ')}`);
          return;
        }
        case 'ticket.deferred':
          return row('deferred', colors.red, event.ticket, event.reason);
        case 'run.forecast': {
          if (Date.parse(event.high) - Date.parse(event.time) < MIN_ETA_MS) return;
          const [expected, low, high] = [event.expected, event.low, event.high].map((time) =>
            timeOfDay(time, event.time),
          );
          return write(
            `  ${colors.dim(`ETA ${expected} (${low} to ${high}), ${counted(event.remaining, 'ticket')} left`)}`,
          );
        }
        case 'run.finished':
          for (const line of report(state, event)) write(line);
      }
    },
  };

  function* report(state: RunState, { summary, outcome }: RunFinished): Generator<string> {
    const { deferred, blocked, denied, drift } = state;
    // The reason has been printed.
    if (Object.values(summary).every((count) => count === 0)) return;
    yield '';
    yield colors.bold(
      `${summary.completed} completed, ${summary.deferred} deferred, ${summary.blocked} blocked, ${summary.unprocessed} unprocessed`,
    );
    for (const [id, { category, reason, ref }] of deferred) {
      yield* below(id, `${category}: ${reason}`);
      if (ref !== undefined)
        yield `  ${column('', ID_COLUMNS)}  its work is kept: git show ${printable(ref)}`;
      yield `  ${column('', ID_COLUMNS)}  its log: ${printable(next.logs(id))}`;
    }
    for (const [id, by] of blocked) yield* below(id, `blocked by ${by.join(', which waits for ')}`);
    for (const [id, what] of denied) yield* below(id, `was denied: ${what.join(', ')}`);
    for (const [id, files] of drift) yield* below(id, `also changed ${files.join(', ')}`);
    if (outcome !== 'finished') yield `The run is not over. To continue it: ${next.resume}`;
    else if (deferred.size > 0)
      yield `To retry what was deferred: ${printable(next.retryDeferred([...deferred.keys()]))}`;
    else if (blocked.size > 0) {
      // The root causes were deferred before this run.
      const causes = [...new Set([...blocked.values()].flatMap((by) => by.at(-1) ?? []))];
      yield `To try ${fit(causes.join(', '), MAX_CAUSES_COLUMNS)} again: ${printable(next.retry(causes))}`;
    }
    yield* andNowLines(state, next);
  }

  function below(id: string, text: string): string[] {
    const lines = paragraph(text, textColumns + 10, MAX_LINES_AT_THE_END);
    return lines.map((line, nth) => `  ${column(nth === 0 ? id : '', ID_COLUMNS, screen)}  ${line}`);
  }
}

/** How many tickets of the run have landed, of those that can start. */
function landedOf({ tickets, containers, heldBack, completed }: RunState): string {
  const work = [...tickets].filter((id) => !containers.has(id) && !heldBack.has(id));
  return `${work.filter((id) => completed.has(id)).length} of ${work.length}`;
}
