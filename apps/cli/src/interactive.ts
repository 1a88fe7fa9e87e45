import type { Decision, Ask, Question } from '@sage/stream';
import stringWidth from 'string-width';
import { guardTerminal } from './live/terminal-guard.ts';
import { column, counted, fit, printable } from './printable.ts';
import { showDiff } from './show-diff.ts';

type Ticket = Pick<Batch['tickets'][number], 'id' | 'title'>;
type Completion = Extract<Question, { kind: 'completion' }>;
type Batch = Extract<Question, { kind: 'batch' }>;
type YesNo = Exclude<Question, Completion | Batch>;

/** How many tickets a question names. */
const MAX_TICKETS = 15;
/** How many files a question names. */
const MAX_FILES = 10;

/** The columns of a list line that are not its text. */
const FRAME_COLUMNS = 8;
/** Long ids are cut to this. Long texts continue on the next line. */
const ID_COLUMNS = 30;
const TEXT_COLUMNS = 240;

/** Asks the person on the terminal; Ctrl-C quits. `root` is the top of the repository. */
export function interactiveAsk(root: string, terminal: Pick<NodeJS.WriteStream, 'columns'>): Ask {
  return async (question) => {
    // A prompt changes the mode of the terminal.
    const guard = guardTerminal('sane');
    await guard.ready;
    try {
      if (question.kind === 'completion') return await askCompletion(question, root);
      return await (question.kind === 'batch'
        ? askBatch(question, terminal.columns || 80)
        : askYesNo(question));
    } finally {
      await guard.end();
    }
  };
}

async function askYesNo(question: YesNo): Promise<Decision> {
  const { message, yes, no } = wording(question);
  return choose<'yes' | 'no' | 'quit'>(message, [
    { value: 'yes', label: yes },
    { value: 'no', label: no },
    { value: 'quit', label: 'quit' },
  ]);
}

async function askCompletion(question: Completion, root: string): Promise<Decision> {
  const { base, commit } = question.work;
  for (;;) {
    const answer = await choose<'yes' | 'back' | 'defer' | 'diff' | 'quit'>(completion(question), [
      { value: 'yes', label: 'accept it' },
      { value: 'diff', label: 'show the diff' },
      { value: 'back', label: 'send it back with a comment' },
      { value: 'defer', label: 'defer the ticket, the work is kept' },
      { value: 'quit', label: 'quit' },
    ]);
    if (answer === 'yes' || answer === 'quit') return answer;
    if (answer === 'diff') await showDiff(root, base, commit);
    if (answer === 'back') {
      const comment = await write('What should the agent change?', true);
      if (comment !== undefined) return { sendBack: comment };
    }
    if (answer === 'defer') {
      const reason = await write('Why? (Enter for no reason)', false);
      if (reason !== undefined) return reason === '' ? 'no' : { defer: reason };
    }
  }
}

async function askBatch({ tickets, component }: Batch, columns: number): Promise<Decision> {
  const idColumns = Math.min(ID_COLUMNS, Math.max(...tickets.map(({ id }) => stringWidth(printable(id)))));
  const named = ({ id, title }: Ticket) =>
    fit(`${column(id, idColumns)}  ${printable(title)}`, columns - FRAME_COLUMNS);
  const shown = tickets.slice(0, MAX_TICKETS).map((ticket) => `\n  ${named(ticket)}`);
  const more = tickets.length > MAX_TICKETS ? `\n  and ${tickets.length - MAX_TICKETS} more` : '';
  const rows = `${shown.join('')}${more}`;
  const of = component === undefined ? '' : ` of ${fit(component, ID_COLUMNS)}`;
  const [only] = tickets;
  const one = tickets.length === 1 && only;
  const answer = await choose<'yes' | 'some' | 'no' | 'quit'>(
    one
      ? `Start ${fit(one.id, ID_COLUMNS)}: ${fit(one.title, TEXT_COLUMNS)}?`
      : `Start these ${tickets.length} tickets${of}?${rows}`,
    [
      { value: 'yes', label: one ? 'start' : 'start all' },
      ...(one ? [] : [{ value: 'some' as const, label: 'choose' }]),
      { value: 'no', label: 'leave for another time' },
      { value: 'quit', label: 'quit' },
    ],
  );
  if (answer !== 'some') return answer;
  const { isCancel, multiselect } = await import('@clack/prompts');
  const chosen = await multiselect<string>({
    message: 'Which ones? (space to choose, Enter when done)',
    options: tickets.map((ticket) => ({ value: ticket.id, label: named(ticket) })),
    initialValues: tickets.map(({ id }) => id),
    required: false,
  });
  return isCancel(chosen) ? 'quit' : { only: chosen };
}

async function choose<T extends string>(
  message: string,
  options: { value: T; label: string }[],
): Promise<T | 'quit'> {
  // Loaded on demand, because most runs ask no questions.
  const { isCancel, select } = await import('@clack/prompts');
  const answer = await select<string>({ message, options });
  return isCancel(answer) ? 'quit' : (answer as T);
}

/** Reads one line; undefined returns to the question. */
async function write(message: string, needed: boolean): Promise<string | undefined> {
  const { isCancel, text } = await import('@clack/prompts');
  const answer = await text({ message });
  if (isCancel(answer)) return undefined;
  const line = (answer as string | undefined)?.trim() ?? '';
  return needed && line === '' ? undefined : line;
}

function completion({ ticket, work, whatRuns }: Completion): string {
  const { changedFiles, summary, passed } = work;
  return [
    `${fit(ticket.id, ID_COLUMNS)} is finished: ${fit(ticket.title, TEXT_COLUMNS)}`,
    ...(summary ? [fit(summary, TEXT_COLUMNS)] : []),
    ...(passed.length > 0 ? [`passed: ${fit(passed.join(', '), TEXT_COLUMNS)}`] : []),
    ...(whatRuns.length > 0 ? ['changes what runs later:', ...named(whatRuns)] : []),
    `${counted(changedFiles.length, 'file')} changed:`,
    ...named(changedFiles),
    'May it land?',
  ].join('\n  ');
}

function named(paths: readonly string[]): string[] {
  const more = paths.length > MAX_FILES ? [`  and ${paths.length - MAX_FILES} more`] : [];
  return [...paths.slice(0, MAX_FILES).map((path) => `  ${fit(path, TEXT_COLUMNS)}`), ...more];
}

function wording(question: YesNo): { message: string; yes: string; no: string } {
  const id = fit(question.ticket.id, ID_COLUMNS);
  switch (question.kind) {
    case 'start':
      return {
        message: `Start ${id}: ${fit(question.ticket.title, TEXT_COLUMNS)}?`,
        yes: 'start',
        no: 'leave it for another time',
      };
    case 'permission':
      return {
        message: `${id}: the agent asks to use ${fit(question.title, TEXT_COLUMNS)}. May it?`,
        yes: 'allow it',
        no: 'reject it',
      };
    case 'commit':
      return {
        message: `Commit "${fit(question.message, TEXT_COLUMNS)}" to ${fit(question.target.replace('refs/heads/', ''), ID_COLUMNS)}?`,
        yes: 'commit',
        no: 'defer it, the work is kept',
      };
  }
}
