import type { Ticket } from '@sage/tickets';

const TYPES: Readonly<Record<string, string>> = {
  bugfix: 'fix',
  refactor: 'refactor',
  testing: 'test',
  documentation: 'docs',
  chore: 'chore',
};

/** First line of a ticket's commit, after conventionalcommits.org: `type(component): title`. */
export function commitMessage(ticket: Ticket): string {
  const type = TYPES[ticket.type] ?? 'feat';
  const scope = oneLine(ticket.component).replaceAll(/[^\p{L}\p{N}._/-]+/gu, '-');
  const title = oneLine(ticket.title) || oneLine(ticket.id);
  return `${type}${scope ? `(${scope})` : ''}: ${title}`;
}

/** Ticket text is data: it must not start a body or a trailer of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
}
