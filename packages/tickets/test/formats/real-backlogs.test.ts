import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TicketIndexError } from '../../src/errors.ts';
import { beads } from '../../src/formats/beads/beads.ts';
import type { BacklogFormat } from '../../src/formats/format.ts';
import { BACKLOG_FORMATS } from '../../src/backlog-formats.ts';
import { taskMaster } from '../../src/formats/task-master/task-master.ts';
import { isRecord } from '../../src/json-text.ts';
import { thrownBy } from '../thrown.ts';
import { readOne, statesOf } from './read.ts';

interface Facts {
  readonly file: string;
  readonly path: string;
  readonly format: string;
  readonly tickets?: number;
  readonly edges?: number;
  readonly dup_ids?: Readonly<Record<string, number>>;
  readonly dangling?: number;
  readonly states?: Readonly<Record<string, number>>;
}

const data = process.env['SAGE_COMPAT_DATA'];
const at = '2030-01-02T03:04:05Z';
const filesOf = (folder: string) => (data ? readdirSync(join(data, folder)) : ['(none)']);
const textOf = (folder: string, name: string) => readFileSync(join(data!, folder, name), 'utf8');
const manifest: Facts[] = data ? JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8')) : [];
const factsOf = (file: string) => manifest.find((facts) => facts.file === file)!;

const soundOf = (folder: string) => filesOf(folder).filter((name) => !Object.hasOwn(REFUSED, name));

/** Files that are refused, by what is wrong with them, and the place. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'steveyegge__beads__66d0dc4.jsonl': /:\d+:1: a git conflict marker: resolve the merge first/,
  'eyaltoledano__claude-task-master__646a548.json': /:6:1: a git conflict marker/,
  'eyaltoledano__claude-task-master__a49071a.json': /:\d+:\d+: duplicate id "8[6-9]", first on line \d+/,
  'eyaltoledano__claude-task-master__f96d216.json': /:\d+:\d+: the key "\w+" twice, first on line \d+/,
};

/** Files of which a part is refused. */
const REFUSED_PARTS: Readonly<Record<string, readonly string[]>> = {
  'eyaltoledano__claude-task-master__d3766b4.json': [
    'master subtask: duplicate id "42.42": give one of the two another id',
  ],
};

describe.skipIf(!data)('real backlogs of others (SAGE_COMPAT_DATA)', () => {
  test.each(Object.entries(REFUSED))('%s is refused with the place of what is wrong', (name, message) => {
    const { file, path, format } = manifest.find(({ file }) => file.endsWith(`/${name}`))!;
    const text = readFileSync(join(data!, file), 'utf8');
    expect(thrownBy(() => readOne(formatOf(format), path, text)).message).toMatch(message);
  });

  test.each(soundOf('taskmaster'))(
    '%s of Task Master has the tickets, states and edges that were counted',
    (name) => {
      const text = textOf('taskmaster', name);
      const { path, ...facts } = factsOf(`taskmaster/${name}`);
      const counted = { tickets: 0, edges: 0, dangling: 0 };
      const states: Record<string, number> = {};
      for (const tag of tagsOf(text)) {
        const { tickets, warnings } = readOne(taskMaster, path, text, { tag });
        const raw = tasksOf(text, tag);
        counted.tickets += tickets.length;
        // Of the edges of a task some are of its steps: those that it says itself are counted.
        for (const [index, { id, dependencies }] of tickets.entries()) {
          const own = raw[index]!.dependencies ?? [];
          const missing = own.filter((one) =>
            warnings.includes(`${id} waits for "${one}", which is not there: not waited for`),
          );
          expect(dependencies).toEqual(
            expect.arrayContaining(own.filter((one) => !missing.includes(one)).map(String)),
          );
          counted.edges += own.length;
          counted.dangling += missing.length;
          const { status } = raw[index]!;
          states[status] = (states[status] ?? 0) + 1;
        }
      }
      expect({ ...counted, states }).toEqual({
        tickets: facts.tickets,
        edges: facts.edges,
        dangling: facts.dangling,
        states: facts.states,
      });
    },
  );

  test.each(soundOf('taskmaster'))('%s of Task Master: each unit can be read, and each state set', (name) => {
    const text = textOf('taskmaster', name);
    const { path } = factsOf(`taskmaster/${name}`);
    const refusals: string[] = [];
    for (const tag of tagsOf(text)) {
      for (const unit of taskMaster.units) {
        const options = { tag, unit };
        const read = attempt(() => readOne(taskMaster, path, text, options));
        if (read instanceof TicketIndexError) {
          refusals.push(`${tag} ${unit}: ${read.problem}`);
          continue;
        }
        const states = statesOf(read);
        const all = read.tickets.map(({ id, state }) => ({ id, state, at }));
        expect(taskMaster.edit(path, text, all, options, new Map())).toBe(text);
        const open = read.tickets.filter(
          ({ state, children }) => state === 'UNPROCESSED' && children.length === 0,
        );
        for (const { id } of open.slice(0, 3)) {
          const edited = taskMaster.edit(path, text, [{ id, state: 'COMPLETED', at }], options, new Map());
          const again = readOne(taskMaster, path, edited, options);
          expect(statesOf(again)).toEqual({ ...states, [id]: 'COMPLETED' });
          const lines = text.split('\n');
          const changed = edited.split('\n').filter((line, index) => line !== lines[index]);
          for (const line of changed) expect(line).toMatch(/^\s*"status": "done",?$/);
          expect(edited.split('\n')).toHaveLength(lines.length);
        }
      }
    }
    expect(refusals).toEqual(REFUSED_PARTS[name] ?? []);
  });

  test.each(soundOf('beads'))('%s of Beads has the issues, states and edges that were counted', (name) => {
    const text = textOf('beads', name);
    const { path, ...facts } = factsOf(`beads/${name}`);
    const all = text
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .map((line): RawIssue => JSON.parse(line));
    expect(all).toHaveLength(facts.tickets!);
    expect(countsOf(all.map(({ status }) => status))).toEqual(facts.states);
    // Of equals the last, as sorting keeps their order.
    const last = new Map(
      all.toSorted((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at)).map((one) => [one.id, one]),
    );
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
    const blocking = linked(['blocks', 'conditional-blocks', 'waits-for']).filter(([, to]) => ids.has(to));
    expect(
      pairs(tickets.flatMap(({ id, dependencies }) => dependencies.map((to) => [id, to] as const))),
    ).toEqual(pairs(blocking));
    const contained = linked(['parent-child']).filter(([, to]) => ids.has(to));
    expect(
      pairs(tickets.flatMap(({ id, children }) => children.map((child) => [child, id] as const))),
    ).toEqual(pairs(contained));
    const dangling = linked(['blocks', 'conditional-blocks', 'waits-for', 'parent-child']).filter(
      ([, to]) => !last.has(to),
    );
    expect(warnings.filter((warning) => warning.includes('which is not there'))).toHaveLength(
      dangling.length,
    );
    expect(dangling.length).toBeLessThanOrEqual(facts.dangling!);
  });

  test.each(soundOf('beads'))('%s of Beads: each state can be set, in the line of its issue', (name) => {
    const text = textOf('beads', name);
    const { path } = factsOf(`beads/${name}`);
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

function formatOf(name: string): BacklogFormat {
  return BACKLOG_FORMATS.find((format) => format.name.replaceAll('-', '') === name)!;
}

interface RawIssue {
  readonly id: string;
  readonly status: string;
  readonly issue_type: string;
  readonly wisp?: boolean;
  readonly updated_at: string;
  readonly dependencies?: readonly { readonly depends_on_id: string; readonly type: string }[];
}

const NO_WORK = ['message', 'event', 'molecule', 'gate', 'agent', 'merge-request', 'wisp'];

function isWork({ status, issue_type: type, wisp }: RawIssue): boolean {
  return status !== 'tombstone' && wisp !== true && !NO_WORK.includes(type);
}

interface RawTask {
  readonly status: string;
  readonly dependencies?: readonly (string | number)[];
}

function tagsOf(text: string): string[] {
  const document: unknown = JSON.parse(text);
  if (!isRecord(document) || Array.isArray(document['tasks'])) return ['master'];
  return Object.keys(document);
}

function tasksOf(text: string, tag: string): RawTask[] {
  const document: { tasks?: RawTask[] } & Record<string, { tasks: RawTask[] }> = JSON.parse(text);
  return document.tasks ?? document[tag]!.tasks;
}

function attempt<T>(action: () => T): T | TicketIndexError {
  try {
    return action();
  } catch (error) {
    if (error instanceof TicketIndexError) return error;
    throw error;
  }
}
