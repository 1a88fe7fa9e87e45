import { describe, expect, test } from 'vitest';
import { TicketIndexError } from '../../src/errors.ts';
import { taskMaster } from '../../src/formats/task-master/task-master.ts';
import { isRecord } from '../../src/json-text.ts';
import { thrownBy } from '../thrown.ts';
import { COMPAT_DATA, isCyclic, realFile, realNames } from './compat-data.ts';
import { readOne, statesOf } from './read.ts';

const at = '2030-01-02T03:04:05Z';

/** Files that are refused, by what is wrong with them, and the place. */
const REFUSED: Readonly<Record<string, RegExp>> = {
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

describe.skipIf(!COMPAT_DATA)('real backlogs of Task Master (SAGE_COMPAT_DATA)', () => {
  test.each(Object.entries(REFUSED))('%s is refused with the place of what is wrong', (name, message) => {
    const { path, text } = realFile('taskmaster', name);
    expect(thrownBy(() => readOne(taskMaster, path, text)).message).toMatch(message);
  });

  test.each(realNames('taskmaster', REFUSED))(
    '%s has the tickets, states and edges that were counted',
    (name) => {
      const { path, text, ...facts } = realFile('taskmaster', name);
      const counted = { tickets: 0, edges: 0, dangling: 0, isCyclic: false };
      const states: Record<string, number> = {};
      for (const tag of tagsOf(text)) {
        const { tickets, warnings } = readOne(taskMaster, path, text, { tag });
        const raw = tasksOf(text, tag);
        counted.tickets += tickets.length;
        counted.isCyclic ||= isCyclic(tickets);
        // Of the edges of a task some are of its steps: those that it says itself are counted.
        for (const [index, { id, dependencies }] of tickets.entries()) {
          const own = raw[index]!.dependencies ?? [];
          const missing = own.filter((one) =>
            warnings.includes(`${id} waits for "${one}", which does not exist: ignored`),
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
        isCyclic: facts.cycles! > 0,
        states: facts.states,
      });
    },
  );

  test.each(realNames('taskmaster', REFUSED))('%s: each unit can be read, and each state set', (name) => {
    const { path, text } = realFile('taskmaster', name);
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
        for (const { id } of open.slice(0, 1)) {
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
});

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
