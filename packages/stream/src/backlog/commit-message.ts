import type { Ticket } from '@sage/tickets';

const TYPES: Readonly<Record<string, string>> = {
  bugfix: 'fix',
  refactor: 'refactor',
  testing: 'test',
  documentation: 'docs',
  chore: 'chore',
};

/** Columns of a body, as git's own documentation has them. */
const BODY_COLUMNS = 72;
/** Hosts of repositories run no checks on a commit whose message says so. */
const SKIPS_CHECKS = /\[(skip[ -]ci|ci[ -]skip|no[ -]ci|skip[ -]actions|actions[ -]skip)\]|^skip-checks:/gim;

/** A ticket's commit: its {@link subject}, and what the agent says of its work. */
export function commitMessage(ticket: Ticket, summary = ''): string {
  const paragraphs = summary.split(/\n[ \t]*\r?\n/).map(wrapped);
  return [subject(ticket), ...paragraphs.filter((text) => text !== '')].join('\n\n');
}

/** First line of a ticket's commit, after conventionalcommits.org: `type(component): title`. */
export function subject(ticket: Ticket): string {
  const type = TYPES[ticket.type] ?? 'feat';
  // Ids without a prefix are their own component.
  const component = ticket.component === ticket.id ? '' : ticket.component;
  const scope = oneLine(component).replaceAll(/[^\p{L}\p{N}._/-]+/gu, '-');
  const title = oneLine(ticket.title) || oneLine(ticket.id);
  return `${type}${scope ? `(${scope})` : ''}: ${title}`;
}

/** Lines of a list stay lines; the rest is filled. */
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

/** Ticket text is data: it must not start a body or a trailer of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
}
