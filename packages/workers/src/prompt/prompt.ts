import { type PromptTemplate, type PromptValues, renderPrompt } from './prompt-template.ts';
import type { FailedCheck, LandedDependency, PreviousAttempt, WorkTicket } from '../request.ts';

export interface PromptContext {
  readonly ticket: WorkTicket;
  /** The ticket's documents that exist in the worktree, by role. */
  readonly documents: Readonly<Record<string, string>>;
  readonly dependencies: readonly LandedDependency[];
  readonly previous?: PreviousAttempt;
  readonly worktree: string;
  /** Paths that its work must never contain. */
  readonly protectedPaths?: readonly string[];
}

/** The text an agent gets on stdin: the task, what is known, what went wrong before, the rules, and how to report. */
export function composePrompt(
  context: PromptContext,
  template: PromptTemplate = { text: DEFAULT_TEMPLATE },
): string {
  return `${renderPrompt(template, valuesOf(context)).trimEnd()}\n`;
}

/** The prompt for projects without a template of their own. Documented in docs/prompt.md. */
export const DEFAULT_TEMPLATE = `You are working on one ticket, alone, in a git worktree of its own.

# Ticket {{id}}: {{title}}

Type: {{type}}. Component: {{component}}.
{{#description}}

{{description}}
{{/description}}
{{#acceptance_criteria}}

## Acceptance criteria

{{acceptance_criteria}}
{{/acceptance_criteria}}
{{#checks}}

## Checks that have to pass

{{checks}}
{{/checks}}
{{#files}}

## Files this ticket is expected to touch

{{files}}
{{/files}}
{{#documents}}

## Read first

{{documents}}
{{/documents}}
{{#dependencies}}

## Already done, in this worktree

{{dependencies}}
{{/dependencies}}
{{#previous}}

{{previous}}
{{/previous}}

## Rules

- Do this ticket only, and all of it. Leave the files in this directory as they should land; committing is not needed.
{{#protected_paths}}
- Do not edit {{protected_paths}}: Sage writes them, the ticket's state as well.
{{/protected_paths}}
- Do not push, and do not touch other branches or worktrees.

## How to report

End with exit code 0 when the ticket is done. If it cannot be done now, print as the last line
RESULT: DEFERRED <reason>
A JSON file at $SAGE_RESULT_FILE, {"outcome": "COMPLETED" | "DEFERRED" | "FAILED", "summary": "...", "reason": "..."}, says the same and more.
`;

/** The prompt for an agent that resumes its session. `fresh`: in a new worktree. */
export function composeFollowUp(previous: PreviousAttempt, fresh: boolean, worktree: string): string {
  const place = fresh
    ? `Do the ticket again. You are in the worktree at ${worktree}, a new one, cut from the current state of the branch: none of your earlier work is in it.`
    : 'You are in the same worktree as before.';
  return [previousAttempt(previous), place, 'The rules are the same.'].join('\n\n') + '\n';
}

function valuesOf(context: PromptContext): PromptValues {
  const { ticket, documents, dependencies, previous, worktree, protectedPaths = [] } = context;
  const { id, title, type, component, description = '', acceptanceCriteria, checks = [], files } = ticket;
  return {
    id,
    title,
    type,
    component,
    description,
    acceptance_criteria: bullets(acceptanceCriteria),
    files: bullets(files),
    documents: bullets(Object.entries(documents).map(([role, path]) => `${path} (${role})`)),
    checks: bullets(checks.map(({ name, command }) => `${name}: ${command}`)),
    dependencies: bullets(dependencies.map((each) => `${each.id}: ${each.title}`)),
    previous: previous ? previousAttempt(previous) : '',
    worktree,
    protected_paths: protectedPaths.join(', '),
  };
}

function previousAttempt(previous: PreviousAttempt): string {
  switch (previous.kind) {
    case 'failure':
      return `## The attempt before this one failed\n\n${previous.reason}${quoted(previous.output)}`;
    case 'conflict':
      return `## The attempt before this one conflicted\n\nIts change could not be merged: these files have since been changed by ${
        previous.tickets.join(', ') || 'someone else'
      }, whose work is now in this worktree and has to stay.\n\n${bullets(previous.files)}`;
    case 'checks':
      return `## What you did so far does not pass the ticket's checks\n\nIt is in this worktree: continue with it, and fix what they report.\n\n${previous.failed.map(failedCheck).join('\n\n')}`;
    case 'comment':
      return `## A person has looked at your work on this ticket\n\n${
        previous.here ? 'It is in this worktree: continue with it. ' : ''
      }They say:${quoted(previous.text)}`;
    case 'rejected':
      return `## The attempt before this one did not pass\n\n${previous.reason}${quoted(previous.output)}`;
  }
}

function failedCheck({ check, reason, output }: FailedCheck): string {
  return `${check.name} ${reason}. Its command:${quoted(check.command)}${output ? `\n\nIts output:${quoted(output)}` : ''}`;
}

function bullets(items: readonly string[] = []): string {
  return items.map((item) => `- ${item}`).join('\n');
}

// Indented, not fenced, because no output can end an indented block.
function quoted(output: string | undefined): string {
  return output ? `\n\n${output.trimEnd().replaceAll(/^/gm, '    ')}` : '';
}
