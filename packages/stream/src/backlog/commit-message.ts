import type { Ticket } from '@sage/tickets';

const TYPES: Readonly<Record<string, string>> = {
  bugfix: 'fix',
  refactor: 'refactor',
  testing: 'test',
  documentation: 'docs',
  chore: 'chore',
};

/** Columns of a body, as recommended by git's documentation. */
const BODY_COLUMNS = 72;
/** Repository hosts run no checks on a commit with such a message. */
const SKIPS_CHECKS = /\[(skip[ -]ci|ci[ -]skip|no[ -]ci|skip[ -]actions|actions[ -]skip)\]|^skip-checks:/gim;

/** The message of a ticket's commit: its {@link subject}, and the agent's summary. */
export function commitMessage(ticket: Ticket, summary = ''): string {
  const paragraphs = summary.split(/\n[ \t]*\r?\n/).map(wrapped);
  return [subject(ticket), ...paragraphs.filter((text) => text !== '')].join('\n\n');
}

/** First line of a ticket's commit, according to conventionalcommits.org: `type(component): title`. */
export function subject(ticket: Ticket): string {
  const type = TYPES[ticket.type] ?? 'feat';
  // The component of an id without a prefix is the id itself.
  const component = ticket.component === ticket.id ? '' : ticket.component;
  const scope = oneLine(component).replaceAll(/[^\p{L}\p{N}._/-]+/gu, '-');
  const title = oneLine(ticket.title) || oneLine(ticket.id);
  return `${type}${scope ? `(${scope})` : ''}: ${title}`;
}

/** Keeps the lines of a list, and wraps everything else. */
function wrapped(paragraph: string): string {
  const lines = paragraph.replaceAll(SKIPS_CHECKS, '').split(/\r?\n/).map(oneLine);
  const filled: string[] = [];
  for (const line of lines.filter((text) => text !== '')) {
    const starts = filled.length === 0 || /^([-*+]|\d+[.)]) /.test(line);
    let last = starts ? '' : (filled.pop() ?? '');
    for (const word of line.split(' ')) {
      if (last !== '' && last.length + 1 + word.length > BODY_COLUMNS) {
        filled.push(last);
        last = word;
      } else last = last === '' ? word : `${last} ${word}`;
    }
    filled.push(last);
  }
  return filled.join('\n');
}

/** Ticket text is data, and must not start a body or a trailer. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
}
