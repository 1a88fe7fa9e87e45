import { TicketIndexError } from '../../errors.ts';
import { isRecord } from '../../json-text.ts';
import type { Ticket, TicketPriority } from '../../ticket.ts';
import { foreignTicket } from '../foreign-ticket.ts';

/** The fields for `gh issue list --json`. */
export const GITHUB_FIELDS =
  'number,title,body,state,stateReason,labels,milestone,parent,subIssues,blockedBy,url';

/** Labels that set the priority of an issue. */
const PRIORITIES: Readonly<Record<string, TicketPriority>> = {
  p0: 'P0',
  p1: 'P1',
  p2: 'P2',
  p3: 'P3',
  p4: 'P4',
  'priority: critical': 'P0',
  'priority: high': 'P1',
  'priority: medium': 'P2',
  'priority: low': 'P3',
};
/** Labels that set the type of an issue. */
const TYPES: Readonly<Record<string, string>> = {
  bug: 'bugfix',
  enhancement: 'feature',
  documentation: 'documentation',
};
/** Put on issues that were deferred by a person or by a run. */
export const DEFERRED_LABEL = 'deferred';

interface GithubIssues {
  readonly tickets: readonly Ticket[];
  /** Harmless oddities, one line each. */
  readonly warnings: readonly string[];
}

/**
 * GitHub issues as tickets; the issue number is the id. An issue with open sub-issues is a container. A blocking
 * issue that is not in the list is ignored.
 * @throws {TicketIndexError} for anything but a list of issues.
 */
export function readGithubIssues(json: string, file: string): GithubIssues {
  const issues = parsed(json, file);
  const known = new Set(issues.map(({ number }) => number));
  const warnings: string[] = [];
  const tickets = issues.map((issue) => {
    const { number, title, body, state, labels, milestone, parent, subIssues, blockedBy } = issue;
    const outside = blockedBy.filter((other) => !known.has(other));
    if (outside.length > 0)
      warnings.push(
        `#${number} waits for ${outside.map((other) => `#${other}`).join(', ')}, not in the list: ignored`,
      );
    const names = labels.map((label) => label.toLowerCase());
    const first = <T>(table: Readonly<Record<string, T>>): T | undefined =>
      names.flatMap((name) => (Object.hasOwn(table, name) ? [table[name]!] : []))[0];
    return foreignTicket(
      {
        id: String(number),
        title,
        state: state === 'CLOSED' ? 'COMPLETED' : names.includes(DEFERRED_LABEL) ? 'DEFERRED' : 'UNPROCESSED',
        type: first(TYPES),
        priority: first(PRIORITIES),
        component: milestone,
        dependencies: blockedBy.filter((other) => known.has(other)).map(String),
        parent: parent !== undefined && known.has(parent) ? String(parent) : undefined,
        children: subIssues.filter((child) => known.has(child)).map(String),
        description: body,
        labels,
      },
      file,
      () => ({ line: 1, column: 1 }),
    );
  });
  return { tickets, warnings };
}

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: string;
  readonly labels: readonly string[];
  readonly milestone: string | undefined;
  readonly parent: number | undefined;
  readonly subIssues: readonly number[];
  readonly blockedBy: readonly number[];
}

function parsed(json: string, file: string): Issue[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch (cause) {
    throw new TicketIndexError({ file, code: 'NOT_JSON', problem: 'not JSON: update gh', cause });
  }
  if (!Array.isArray(list))
    throw new TicketIndexError({ file, code: 'NOT_JSON', problem: 'not a list of issues: update gh' });
  return list.filter(isRecord).flatMap((issue): Issue[] => {
    const { number, milestone, parent } = issue;
    if (typeof number !== 'number') return [];
    return [
      {
        number,
        title: text(issue['title']),
        body: text(issue['body']),
        state: text(issue['state']).toUpperCase(),
        labels: nodes(issue['labels']).map((label) => text(label['name'])),
        milestone: isRecord(milestone) ? text(milestone['title']) || undefined : undefined,
        parent: isRecord(parent) && typeof parent['number'] === 'number' ? parent['number'] : undefined,
        subIssues: numbers(issue['subIssues']),
        blockedBy: numbers(issue['blockedBy']),
      },
    ];
  });
}

/** Lists from gh are plain or in GraphQL form. */
function nodes(value: unknown): Record<string, unknown>[] {
  const list = isRecord(value) ? value['nodes'] : value;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function numbers(value: unknown): number[] {
  return nodes(value).flatMap(({ number }) => (typeof number === 'number' ? [number] : []));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
