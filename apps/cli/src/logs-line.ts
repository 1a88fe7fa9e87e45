import { quoted } from './command-line.ts';

/** The command that shows the log of a ticket, for a shell. `directory` is the value of -C. */
export function logsLine(directory: string, ticket: string, attempt?: number): string {
  const words = ['sage', 'logs'];
  if (directory !== '.') words.push('-C', quoted(directory));
  const flags = attempt === undefined ? [] : ['--attempt', String(attempt)];
  // An id may look like a flag.
  const id = ticket.startsWith('-') ? [...flags, '--', quoted(ticket)] : [quoted(ticket), ...flags];
  return [...words, ...id].join(' ');
}
