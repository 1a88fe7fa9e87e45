import type { LandedDependency, PreviousAttempt, WorkTicket } from './request.ts';

export interface PromptContext {
  readonly ticket: WorkTicket;
  /** The ticket's documents that exist in the worktree, by role. */
  readonly documents: Readonly<Record<string, string>>;
  readonly dependencies: readonly LandedDependency[];
  readonly previous?: PreviousAttempt | undefined;
}

/** The text an agent gets on stdin: what to do, what is known, what went wrong before, the rules, how to report. */
export function composePrompt({ ticket, documents, dependencies, previous }: PromptContext): string {
  const sections = [
    `You are working on one ticket, alone, in a git worktree of its own.\n\n# Ticket ${ticket.id}: ${ticket.title}\n\nType: ${ticket.type}. Component: ${ticket.component}.`,
    ticket.description,
    list('## Acceptance criteria', ticket.acceptanceCriteria),
    list('## Files this ticket is expected to touch', ticket.files),
    list(
      '## Read first',
      Object.entries(documents).map(([role, path]) => `${path} (${role})`),
    ),
    list(
      '## Already done, in this worktree',
      dependencies.map(({ id, title }) => `${id}: ${title}`),
    ),
    previous && previousAttempt(previous),
    RULES,
  ];
  return sections.filter((text) => text).join('\n\n') + '\n';
}

const RULES = `## Rules

- Do this ticket only, and all of it. Leave the files in this directory as they should land; committing is not needed.
- Do not edit .sage/tickets/index.json: the ticket's state is written for you.
- Do not push, and do not touch other branches or worktrees.

## How to report

End with exit code 0 when the ticket is done. If it cannot be done now, print as the last line
RESULT: DEFERRED <reason>
A JSON file at $SAGE_RESULT_FILE, {"outcome": "COMPLETED" | "DEFERRED" | "FAILED", "summary": "...", "reason": "..."}, says the same and more.`;

function previousAttempt(previous: PreviousAttempt): string {
  switch (previous.kind) {
    case 'failure':
      return `## The attempt before this one failed\n\n${previous.reason}${quoted(previous.output)}`;
    case 'conflict':
      return `## The attempt before this one conflicted\n\nIts change could not be merged: these files were changed meanwhile by ${
        previous.tickets.join(', ') || 'someone else'
      }, whose work is in this worktree now and has to stay.\n\n${bullets(previous.files)}`;
    case 'rejected':
      return `## The attempt before this one did not pass\n\n${previous.reason}${quoted(previous.output)}`;
  }
}

function list(heading: string, items: readonly string[] = []): string | undefined {
  return items.length === 0 ? undefined : `${heading}\n\n${bullets(items)}`;
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

// Indented, not fenced: no output can close an indented block.
function quoted(output: string | undefined): string {
  return output ? `\n\n${output.trimEnd().replaceAll(/^/gm, '    ')}` : '';
}
