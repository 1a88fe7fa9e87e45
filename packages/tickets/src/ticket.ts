import { posix } from 'node:path';
import type * as z from 'zod';
import { complexityOf, estimatedMinutes } from './effort.ts';
import type { TicketIndexErrorCode } from './errors.ts';
import { isRecord } from './json-text.ts';
import { nearMisses } from './near-miss.ts';
import { readNeededFields, TICKET_STATES, type TicketState } from './needed-fields.ts';

export const TICKET_PRIORITIES = ['P0', 'P1', 'P2', 'P3', 'P4'] as const;
export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

export const DEFER_CATEGORIES = [
  'missing_dependencies',
  'persistent_test_failure',
  'validation_script_error',
  'external_blocker',
  'user_rejected',
  'merge_conflict',
  'cannot_land',
  'agent_failed',
  'no_changes',
  'timeout',
  'stalled',
  'budget',
  'tampering',
] as const;
export type DeferCategory = (typeof DEFER_CATEGORIES)[number];

export interface Ticket {
  readonly id: string;
  /** Defaults to the id. */
  readonly title: string;
  readonly state: TicketState;
  /** Lower case; defaults to `task`. */
  readonly type: string;
  /** Defaults to P2, also for an unknown value. */
  readonly priority: TicketPriority;
  /** Defaults to the id's prefix (`API` for `API-001`). */
  readonly component: string;
  readonly dependencies: string[];
  readonly parent: string | null;
  readonly children: string[];
  readonly description: string;
  readonly acceptanceCriteria: string[];
  readonly docs: Record<string, string>;
  /** Declared paths from `targetFiles` and `files`, normalised and without duplicates. */
  readonly files: string[];
  readonly conflictsWith: string[];
  /** See {@link estimatedMinutes}. */
  readonly estimatedMinutes: number | undefined;
  /** 1 to 10, from `complexity` or `complexityScore`. */
  readonly complexity: number | undefined;
  /** The agent and the model that work on it. Undefined means those of the run. */
  readonly agent: string | undefined;
  readonly model: string | undefined;
  /** Labels that a worker on another machine must have, from `worker.labels`. */
  readonly workerLabels: string[];
  /** The object as parsed, including fields unknown to Sage. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Shared, because most lists of most tickets are empty. */
const NO_TEXTS = Object.freeze<string[]>([]) as string[];
const NO_MEMBERS: Record<string, string> = Object.freeze({});

/** Why a raw ticket cannot be read. `path` leads to the faulty value within the ticket. */
export interface TicketProblem {
  readonly code: Extract<TicketIndexErrorCode, 'NO_ID' | 'BAD_ID' | 'BAD_STATE' | 'BAD_FIELD'>;
  readonly path: (string | number)[];
  /** What is wrong and what to do next, in one line. */
  readonly message: string;
}

/** Reads one ticket. Strict about what decides the plan (id, state, edges), lenient about the rest. */
export function readTicket(raw: unknown): { ticket: Ticket } | { problems: TicketProblem[] } {
  if (!isRecord(raw)) {
    const message = `${shown(raw)} is not a ticket: replace it with an object`;
    return { problems: [{ code: 'BAD_FIELD', path: [], message }] };
  }
  const needed = readNeededFields(raw);
  if ('issues' in needed) return { problems: needed.issues.map((issue) => problemOf(issue, raw)) };
  const { id, state, dependencies, parent, children } = needed.fields;
  const misread = nearMisses(raw);
  if (misread.some(({ decidesOrder }) => decidesOrder)) {
    const deciding = misread.filter(({ decidesOrder }) => decidesOrder);
    return {
      problems: deciding.map(({ key, meant }) => ({
        code: 'BAD_FIELD',
        path: [key],
        message: `ticket ${JSON.stringify(id)} has ${shown(key)}, which is not read: rename it to "${meant}"`,
      })),
    };
  }
  if (id.includes('\0')) {
    return {
      problems: [
        { code: 'BAD_ID', path: ['id'], message: `the id ${JSON.stringify(id)} holds a NUL: rename it` },
      ],
    };
  }
  const ticket: Ticket = {
    id,
    title: text(raw['title']) ?? id,
    state,
    type: text(raw['type'])?.toLowerCase() ?? 'task',
    priority: priorityOf(raw['priority']),
    component: text(raw['component']) ?? /^(.+)-[^-]*$/s.exec(id)?.[1] ?? id,
    dependencies: dependencies ?? NO_TEXTS,
    parent: parent ?? null,
    children: children ?? NO_TEXTS,
    description: text(raw['description']) ?? '',
    acceptanceCriteria: texts(raw['acceptanceCriteria'] ?? raw['acceptance_criteria']),
    docs: isRecord(raw['docs']) ? stringMembers(raw['docs']) : NO_MEMBERS,
    files: declaredFiles(raw),
    conflictsWith: texts(raw['conflicts_with']),
    estimatedMinutes: estimatedMinutes(raw),
    complexity: complexityOf(raw),
    agent: text(raw['agent']),
    model: text(raw['model']),
    workerLabels: isRecord(raw['worker']) ? texts(raw['worker']['labels']) : [],
    raw,
  };
  return { ticket };
}

/** A ticket with children is done when they are, and is never given to an agent. */
export function isContainer(ticket: Pick<Ticket, 'children'>): boolean {
  return ticket.children.length > 0;
}

function problemOf(issue: z.core.$ZodIssue, value: Record<string, unknown>): TicketProblem {
  const path = issue.path.filter((key) => typeof key !== 'symbol');
  const field = path[0];
  if (field === 'id' && value['id'] === undefined) {
    return { code: 'NO_ID', path: [], message: 'a ticket has no id: give it one, such as "API-001"' };
  }
  const name = typeof value['id'] === 'string' ? `ticket ${JSON.stringify(value['id'])}` : 'a ticket';
  if (field === 'state') {
    const found = value['state'] === undefined ? 'no state' : `the unknown state ${shown(value['state'])}`;
    return {
      code: 'BAD_STATE',
      path: value['state'] === undefined ? [] : path,
      message: `${name} has ${found}: set it to one of ${TICKET_STATES.join(', ')}`,
    };
  }
  const expected = field === 'id' ? 'a string' : field === 'parent' ? 'an id or null' : 'a list of ids';
  const found = shown(value[String(field)]);
  return {
    code: 'BAD_FIELD',
    path,
    message: `${name} has "${String(field)}": ${found}, which should be ${expected}`,
  };
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) return 'nothing';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

function priorityOf(value: unknown): TicketPriority {
  const name = text(value)?.toUpperCase();
  return TICKET_PRIORITIES.find((priority) => priority === name) ?? 'P2';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function texts(value: unknown): string[] {
  if (value === undefined) return NO_TEXTS;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}

function stringMembers(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function declaredFiles(raw: Record<string, unknown>): string[] {
  if (raw['targetFiles'] === undefined && raw['files'] === undefined) return NO_TEXTS;
  const targets: unknown[] = Array.isArray(raw['targetFiles']) ? raw['targetFiles'] : [];
  const paths = [
    ...targets.map((target) => (isRecord(target) ? target['path'] : target)),
    ...texts(raw['files']),
  ];
  const declared = paths.filter((path) => typeof path === 'string').filter((path) => path !== '');
  return [...new Set(declared.map((path) => posix.normalize(path)))];
}
