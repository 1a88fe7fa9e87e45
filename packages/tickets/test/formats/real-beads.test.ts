import { describe, expect, test } from 'vitest';
import { beads } from '../../src/formats/beads/beads.ts';
import { toGraphNodes } from '../../src/graph-nodes.ts';
import { isContainer } from '../../src/ticket.ts';
import { thrownBy } from '../thrown.ts';
import { COMPAT_DATA, isCyclic, realFile, realNames } from './compat-data.ts';
import { readOne, statesOf } from './read.ts';

const at = '2030-01-02T03:04:05Z';

/** Files that are refused, by what is wrong with them, and the place. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'steveyegge__beads__66d0dc4.jsonl': /:\d+:1: a git conflict marker: resolve the merge first/,
};

interface RawIssue {
  readonly id: string;
  readonly status: string;
  readonly issue_type: string;
  readonly wisp?: boolean;
  readonly updated_at: string;
  readonly dependencies?: readonly { readonly depends_on_id: string; readonly type: string }[];
}

const DONE = ['closed', 'done', 'tombstone'];
const BLOCKING = ['blocks', 'conditional-blocks', 'waits-for'];
const NO_WORK = ['message', 'event', 'molecule', 'gate', 'agent', 'merge-request', 'wisp'];

describe.skipIf(!COMPAT_DATA)('real backlogs of Beads (SAGE_COMPAT_DATA)', () => {
  test.each(Object.entries(REFUSED))('%s is refused with the place of what is wrong', (name, message) => {
    const { path, text } = realFile('beads', name);
    expect(thrownBy(() => readOne(beads, path, text)).message).toMatch(message);
  });

  test.each(realNames('beads', REFUSED))('%s has the issues, states and edges that were counted', (name) => {
    const { path, text, ...facts } = realFile('beads', name);
    const all = issuesIn(text);
    expect(all).toHaveLength(facts.tickets!);
    expect(countsOf(all.map(({ status }) => status))).toEqual(facts.states);
    expect(sum(all.map(({ dependencies = [] }) => dependencies.length))).toBe(facts.edges);
    const last = latestOf(all);
    expect(all.length - last.size).toBe(sum(Object.values(facts.dup_ids!).map((times) => times - 1)));
    const work = [...last.values()].filter(isWork);
    const linked = (types: readonly string[]) =>
      work.flatMap(({ id, dependencies = [] }) =>
        dependencies
          .filter(({ type }) => types.includes(type))
          .map(({ depends_on_id: to }) => [id, to] as const),
      );
    const { tickets, warnings } = readOne(beads, path, text);
    const ids = new Set(tickets.map(({ id }) => id));
    for (const { id } of work) expect(ids).toContain(id);
    const held = tickets.filter(({ id }) => !work.some((issue) => issue.id === id));
    expect(held.every(({ state }) => state === 'DEFERRED')).toBe(true);
    const blocking = linked(BLOCKING).filter(([, to]) => ids.has(to));
    expect(
      pairs(tickets.flatMap(({ id, dependencies }) => dependencies.map((to) => [id, to] as const))),
    ).toEqual(pairs(blocking));
    const contained = linked(['parent-child']).filter(([, to]) => ids.has(to));
    expect(
      pairs(tickets.flatMap(({ id, children }) => children.map((child) => [child, id] as const))),
    ).toEqual(pairs(contained));
    const dangling = linked([...BLOCKING, 'parent-child']).filter(([, to]) => !last.has(to));
    expect(warnings.filter((warning) => warning.includes('which does not exist'))).toHaveLength(
      dangling.length,
    );
    expect(dangling.length).toBeLessThanOrEqual(facts.dangling!);
    expect(isCyclic(tickets)).toBe(facts.cycles! > 0);
  });

  test.each(realNames('beads', REFUSED))('%s: what may start is what bd ready lists', (name) => {
    const { path, text } = realFile('beads', name);
    const { tickets } = readOne(beads, path, text);
    const { nodes, heldBack } = toGraphNodes(tickets);
    const states = new Map(nodes.map(({ id, state }) => [id, state]));
    const containers = new Set(tickets.filter(isContainer).map(({ id }) => id));
    const mayStart = nodes.filter(
      ({ id, state, dependencies }) =>
        (state === 'UNPROCESSED' || state === 'IN_PROGRESS') &&
        !containers.has(id) &&
        !heldBack.has(id) &&
        dependencies.every((one) => states.get(one) === 'COMPLETED'),
    );
    const listed = readyIssues(latestOf(issuesIn(text))).filter((id) => !containers.has(id));
    expect(mayStart.map(({ id }) => id).sort()).toEqual(listed.sort());
  });

  test.each(realNames('beads', REFUSED))('%s: each state can be set, in the line of its issue', (name) => {
    const { path, text } = realFile('beads', name);
    const { tickets } = readOne(beads, path, text);
    const all = tickets.map(({ id, state }) => ({ id, state, at }));
    expect(beads.edit(path, text, all, {}, new Map())).toBe(text);
    const states = statesOf({ tickets });
    for (const { id } of tickets.filter(({ state }) => state === 'UNPROCESSED').slice(0, 3)) {
      for (const state of ['COMPLETED', 'DEFERRED'] as const) {
        const edited = beads.edit(path, text, [{ id, state, at }], {}, new Map());
        expect(statesOf(readOne(beads, path, edited))).toEqual({ ...states, [id]: state });
        const before = text.split('\n');
        const changed = edited
          .split('\n')
          .flatMap((line, index) => (line === before[index] ? [] : [[before[index]!, line] as const]));
        expect(changed).toHaveLength(1);
        const [was, is] = changed[0]!;
        const written: object = { status: state === 'COMPLETED' ? 'closed' : 'deferred', updated_at: at };
        const closed = state === 'COMPLETED' ? { closed_at: at } : {};
        expect(JSON.parse(is)).toEqual({ ...(JSON.parse(was) as object), ...written, ...closed });
      }
    }
  });
});

function issuesIn(text: string): RawIssue[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line): RawIssue => JSON.parse(line));
}

function latestOf(issues: readonly RawIssue[]): Map<string, RawIssue> {
  // Of equals the last, as sorting keeps their order.
  const sorted = issues.toSorted((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at));
  return new Map(sorted.map((issue) => [issue.id, issue]));
}

function isWork({ status, issue_type: type, wisp }: RawIssue): boolean {
  return status !== 'tombstone' && wisp !== true && !NO_WORK.includes(type);
}

/** As bd counts: neither an issue nor a parent of it waits for one that is open. */
function readyIssues(issues: ReadonlyMap<string, RawIssue>): string[] {
  const open = new Set(
    [...issues.values()].filter(({ status }) => !DONE.includes(status)).map(({ id }) => id),
  );
  const linksOf = ({ dependencies = [] }: RawIssue, types: readonly string[]) =>
    dependencies.filter(({ type }) => types.includes(type)).map(({ depends_on_id: to }) => to);
  const blocked = new Set<string>();
  for (let size = -1; size !== blocked.size;) {
    size = blocked.size;
    for (const issue of issues.values()) {
      const waits = linksOf(issue, BLOCKING).some((to) => open.has(to));
      if (waits || linksOf(issue, ['parent-child']).some((to) => open.has(to) && blocked.has(to)))
        blocked.add(issue.id);
    }
  }
  const offered = [...issues.values()].filter(({ status }) => ['open', 'in_progress'].includes(status));
  return offered.filter((issue) => isWork(issue) && !blocked.has(issue.id)).map(({ id }) => id);
}

function countsOf(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function pairs(edges: readonly (readonly [string, string])[]): string[] {
  return [...new Set(edges.map((edge) => edge.join(' ')))].sort();
}
