import { isRecord } from './json-text.ts';
import { DEFER_CATEGORIES, type DeferCategory, type Ticket } from './ticket.ts';

/** A command that has to pass in the worktree before a ticket's work is accepted. */
export interface TicketCheck {
  readonly name: string;
  /** A shell line. */
  readonly command: string;
  /** A regular expression that its output also has to match. */
  readonly successPattern?: string;
  /** How often the agent is asked to fix what the check reports; 0 for never. */
  readonly retries: number;
  /** What happens after that: the attempt fails and may be repeated, or the ticket is deferred at once. */
  readonly otherwise: 'fail' | 'defer';
  readonly category: DeferCategory;
}

/** Retries of a fixable check if the ticket gives no number. */
const DEFAULT_RETRIES = 2;

/**
 * A ticket's own checks: the scripts of its sub-tasks, in order, then those of its `validation_config`. A check or
 * list that cannot be read becomes a check without a command, which never passes.
 */
export function ticketChecks({ raw }: Pick<Ticket, 'raw'>): TicketCheck[] {
  const tasks: unknown[] = Array.isArray(raw['tasks']) ? raw['tasks'] : [];
  return [...tasks.flatMap(ofTask), ...ofConfig(raw['validation_config'])];
}

function ofTask(task: unknown, index: number): TicketCheck[] {
  if (!isRecord(task)) return [];
  const command = task['validation_script'];
  if (command === undefined || command === null) return [];
  return [
    {
      name: `sub-task ${word(task['id']) ?? index + 1}`,
      command: word(command) ?? '',
      retries: task['auto_fix'] === false ? 0 : count(task['max_retries']),
      otherwise: 'fail',
      category: 'persistent_test_failure',
    },
  ];
}

function ofConfig(config: unknown): TicketCheck[] {
  if (config === undefined || config === null) return [];
  if (!isRecord(config)) return [unreadable('validation_config')];
  const scripts: unknown = config['verification_scripts'] ?? [];
  if (!Array.isArray(scripts)) return [unreadable('verification_scripts')];
  const given = DEFER_CATEGORIES.find((known) => known === config['defer_reason_category']);
  return scripts.map((value: unknown, index) => {
    const script = isRecord(value) ? value : {};
    const pattern = script['success_pattern'] ?? undefined;
    const isReadable = pattern === undefined || typeof pattern === 'string';
    const mend =
      (script['failure_action'] ?? (config['auto_fix'] === false ? 'defer' : 'auto_fix')) === 'auto_fix';
    return {
      name: word(script['name']) ?? `verification script ${index + 1}`,
      command: (isReadable && word(script['command'])) || '',
      ...(typeof pattern === 'string' && { successPattern: pattern }),
      retries: mend && config['auto_fix'] !== false ? count(config['max_retries']) : 0,
      otherwise: mend && config['defer_on_failure'] !== true ? 'fail' : 'defer',
      category: given ?? 'persistent_test_failure',
    };
  });
}

function unreadable(name: string): TicketCheck {
  return { name, command: '', retries: 0, otherwise: 'defer', category: 'validation_script_error' };
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : DEFAULT_RETRIES;
}
