import { expect, test } from 'vitest';
import { taskMaster } from '../../src/formats/task-master/task-master.ts';
import { toGraphNodes } from '../../src/graph-nodes.ts';
import { thrownBy } from '../thrown.ts';
import { edgesOf, readOne, statesOf, ticketOf } from './read.ts';

const FILE = '.taskmaster/tasks/tasks.json';
const STATE = '.taskmaster/state.json';
const at = '2026-01-02T03:04:05Z';

const read = (tasks: string, unit?: string) =>
  readOne(taskMaster, FILE, `{"master": {"tasks": [${tasks}]}}`, unit === undefined ? {} : { unit });
const edit = (text: string, id: string, state: 'COMPLETED' | 'DEFERRED', unit = 'task') =>
  taskMaster.edit(FILE, text, [{ id, state, at }], { unit }, new Map([[FILE, text]]));

test('task-master: a task is a ticket, its subtasks are steps in its description', () => {
  const { tickets, fileOf } = read(`{"id": 1, "title": "Model", "description": "What", "details": "How",
    "testStrategy": "Run it", "status": "pending", "priority": "high", "complexity": 5, "dependencies": [],
    "subtasks": [{"id": 1, "title": "First", "status": "done", "dependencies": []},
      {"id": 2, "title": "Second", "description": "More", "testStrategy": "Look", "status": "pending", "dependencies": [1]}]}`);
  expect(tickets).toEqual([
    expect.objectContaining({
      id: '1',
      title: 'Model',
      state: 'UNPROCESSED',
      priority: 'P1',
      complexity: 5,
      dependencies: [],
      children: [],
      acceptanceCriteria: ['Run it'],
      description:
        'What\n\nHow\n\nSteps, in this order:\n\n### Step 1.1: First (done)\n\n### Step 1.2: Second\n\nMore\n\nDone when: Look',
    }),
  ]);
  expect([...fileOf]).toEqual([['1', FILE]]);
});

test('task-master: every status has a state, a missing one is pending', () => {
  const words = ['pending', 'in-progress', 'done', 'completed', 'deferred', 'cancelled', 'blocked', 'review'];
  const tasks = words.map((status, index) => JSON.stringify({ id: index, status }));
  expect(Object.values(statesOf(read([...tasks, '{"id": 8}'].join())))).toEqual([
    'UNPROCESSED',
    'IN_PROGRESS',
    'COMPLETED',
    'COMPLETED',
    'DEFERRED',
    'DEFERRED',
    'DEFERRED',
    'DEFERRED',
    'UNPROCESSED',
  ]);
  const error = thrownBy(() => read('{"id": 1,\n"status": "todo"}'));
  expect(error.message).toMatch(
    /^\.taskmaster\/tasks\/tasks\.json:2:11: task "1" has the unknown status "todo": set/,
  );
  expect(thrownBy(() => read('{"id": 1, "status": "constructor"}')).code).toBe('BAD_STATE');
});

test('task-master: 3.10 is not 3.1, and ids may be numbers, strings or both', () => {
  const backlog = read(`{"id": 3.1, "status": "done"}, {"id": 3.10, "dependencies": [3.1]},
    {"id": "7", "dependencies": ["3.10", 3.1]}, {"id": 8, "dependencies": [7, "7"]}`);
  expect(edgesOf(backlog)).toEqual(['3.10>3.1', '7>3.10', '7>3.1', '8>7']);
  expect(backlog.warnings).toEqual([]);
});

test('task-master: with steps, a task waits for what its open steps wait for elsewhere', () => {
  const backlog = read(`
    {"id": 1, "subtasks": [{"id": 1, "status": "done"}, {"id": 2}]},
    {"id": 2, "dependencies": ["1.1"]},
    {"id": 3, "dependencies": ["1.2"]},
    {"id": 4, "subtasks": [{"id": 1, "dependencies": ["1.2"]}, {"id": 2, "dependencies": [1, 3]},
      {"id": 3, "status": "done", "dependencies": []}]}`);
  expect(edgesOf(backlog)).toEqual(['3>1', '4>1']);
  expect(backlog.warnings).toEqual([]);
});

test('task-master: subtasks as tickets, their task a container', () => {
  const backlog = read(
    `{"id": 1, "title": "Base", "subtasks": []},
    {"id": 2, "title": "Big", "description": "All of it", "dependencies": [1], "priority": "low", "subtasks": [
      {"id": 1, "title": "A", "status": "done"}, {"id": 2, "title": "B", "description": "b", "dependencies": [1, 3]}, {"id": 3}]},
    {"id": 3, "dependencies": ["2.3", 2], "subtasks": [{"id": 1, "dependencies": ["2.2"]}, {"id": 2, "dependencies": [3]}]}`,
    'subtask',
  );
  expect(ticketOf(backlog, '2')).toMatchObject({ children: ['2.1', '2.2', '2.3'], dependencies: ['1'] });
  expect(ticketOf(backlog, '2.2')).toMatchObject({
    parent: '2',
    component: '2',
    priority: 'P3',
    dependencies: ['2.1', '2.3'],
    description: 'b\n\nPart of task 2: Big\n\nAll of it',
  });
  expect(edgesOf(backlog)).toEqual(['2>1', '2.2>2.1', '2.2>2.3', '3>2.3', '3>2', '3.1>2.2']);
  expect(backlog.warnings).toEqual(['3.2 waits for 3, which it is part of: ignored']);
  expect(toGraphNodes(backlog.tickets).nodes.find(({ id }) => id === '2.2')?.dependencies).toContain('1');
});

test('task-master: subtasks of a task that is not to be run are no tickets', () => {
  const statuses = ['done', 'deferred', 'cancelled', 'review', 'blocked'];
  const tasks = statuses.map((status, id) =>
    JSON.stringify({ id, status, subtasks: [{ id: 1, status: 'pending' }] }),
  );
  const backlog = read(`${tasks.join()}, {"id": 9, "dependencies": ["0.1", "1.1"]}`, 'subtask');
  expect(statesOf(backlog)).toEqual({
    0: 'COMPLETED',
    1: 'DEFERRED',
    2: 'DEFERRED',
    3: 'DEFERRED',
    4: 'DEFERRED',
    9: 'UNPROCESSED',
  });
  expect(edgesOf(backlog)).toEqual(['9>0', '9>1']);
});

test('task-master: a task stays a container when a run has deferred the last of its subtasks', () => {
  const text =
    '[{"id": 1, "subtasks": [{"id": 1, "status": "cancelled"}, {"id": 2, "status": "done"}, {"id": 3, "status": "pending"}]}]';
  const childrenOf = (text: string) =>
    ticketOf(readOne(taskMaster, FILE, text, { unit: 'subtask' }), '1').children;
  expect(childrenOf(text)).toEqual(['1.2', '1.3']);
  expect(childrenOf(edit(text, '1.3', 'DEFERRED', 'subtask'))).toEqual(['1.2', '1.3']);
  expect(childrenOf(edit(text, '1.3', 'COMPLETED', 'subtask'))).toEqual([]);
  const both = [
    { id: '1.3', state: 'COMPLETED', at },
    { id: '1', state: 'COMPLETED', at },
  ] as const;
  const done = taskMaster.edit(FILE, text, both, { unit: 'subtask' }, new Map([[FILE, text]]));
  expect(done).toBe(text.replace('pending', 'done').replace(']}]', '], "status": "done"}]'));
});

test('task-master: what is merely odd is one warning each', () => {
  const { warnings, tickets } = read(`{"id": 1, "status": "done", "dependencies": [77, 77], "subtasks": [
    {"id": 1, "dependencies": [2]}, {"id": 2, "dependencies": [1]}, {"id": 2, "dependencies": ["1"]}]}`);
  expect(warnings).toEqual([
    '1 waits for "77", which does not exist: ignored',
    'the subtasks 1.1 -> 1.2 -> 1.1 wait for each other',
    'task 1 has two subtasks "2"',
  ]);
  expect(tickets).toHaveLength(1);
});

test('task-master: the tag is the one asked for, the current one, master, or the only one', () => {
  const text = '{"master": {"tasks": [{"id": 1}]}, "next": {"tasks": [{"id": 2}]}, "meta": {"n": 1}}';
  const of = (text: string, tag?: string, state?: string) =>
    taskMaster
      .read(
        new Map([[FILE, text], ...(state === undefined ? [] : ([[STATE, state]] as const))]),
        tag === undefined ? {} : { tag },
      )
      .tickets.map(({ id }) => id);
  expect(of(text)).toEqual(['1']);
  expect(of(text, 'next')).toEqual(['2']);
  expect(of(text, undefined, '{"currentTag": "next"}')).toEqual(['2']);
  expect(of(text, 'master', '{"currentTag": "next"}')).toEqual(['1']);
  expect(of('{"other": {"tasks": [{"id": 3}]}}')).toEqual(['3']);
  expect(of('{"tasks": [{"id": 4}], "metadata": {}}')).toEqual(['4']);
  expect(of('[{"id": 5}]')).toEqual(['5']);
  expect(readOne(taskMaster, FILE, '{"other": {"tasks": []}}').options).toEqual({
    tag: 'other',
    unit: 'task',
  });
  expect(thrownBy(() => of(text, 'late')).message).toBe(
    `${FILE}: no tag "late": give one of "master", "next"`,
  );
  expect(thrownBy(() => of(text, undefined, '{"currentTag": "gone"}')).message).toBe(
    `${FILE}: no tag "gone", which ${STATE} names: give one of "master", "next"`,
  );
  expect(thrownBy(() => of('{"a": {"tasks": []}, "b": {"tasks": []}}')).message).toBe(
    `${FILE}: several tags and no current one: give one of "a", "b"`,
  );
  expect(thrownBy(() => of(text, undefined, '{')).file).toBe(STATE);
});

test('task-master: what cannot be trusted is refused with its place', () => {
  const refused = (text: string, unit = 'task') =>
    thrownBy(() => readOne(taskMaster, FILE, text, { unit })).message;
  expect(refused('{"tasks": [{"id": 1, "status": "done",\n "status": "pending"}]}')).toBe(
    `${FILE}:2:2: the key "status" twice, first on line 1: keep one of the two`,
  );
  expect(refused('{"tasks": [{"id": 1},\n{"id": "1"}]}')).toBe(
    `${FILE}:2:8: duplicate id "1", first on line 1: give one of the two another id`,
  );
  expect(refused('{"tasks": []}\n{"tasks": []}')).toMatch(/:2:1: a second JSON document/);
  expect(refused('{"tasks": [\n<<<<<<< HEAD\n')).toMatch(/:2:1: a git conflict marker/);
  expect(refused('')).toBe(`${FILE}:1:1: the file is empty: restore it`);
  expect(refused('{"tasks": [1]}')).toBe(`${FILE}:1:12: not a task: replace it with an object`);
  expect(refused('{"tasks": [{"title": "x"}]}')).toMatch(/:1:12: a task has no id/);
  expect(refused('{"tasks": [{"id": 1, "subtasks": [{"id": 1}, {"id": 1}]}]}', 'subtask')).toMatch(
    /:1:46: duplicate id "1.1"/,
  );
  expect(refused('{"tasks": []}', 'issue')).toBe(
    `${FILE}: task-master has no unit "issue": give one of task, subtask`,
  );
  expect(refused('['.repeat(100_000) + ']'.repeat(100_000))).toMatch(/nested too deeply/);
});

test('task-master: an edit sets the status, and the steps that were to be done', () => {
  const text = `{ "x": {"tasks": []},\r\n"master" :{"tasks":[{"id":1,"status" : "pending","subtasks":[
    {"id": 1, "status": "cancelled"}, {"status": "pending"}, {"id": 3}]}, {"id": 2, "title": "no status"}]}}`;
  const done = edit(text, '1', 'COMPLETED');
  expect(done).toBe(text.replaceAll('"pending"', '"done"'));
  expect(edit(done, '1', 'COMPLETED')).toBe(done);
  expect(edit(text, '1', 'DEFERRED')).toBe(text.replace('"pending"', '"deferred"'));
  expect(edit(text, '2', 'COMPLETED')).toBe(text.replace('no status"', 'no status", "status": "done"'));
  expect(edit(text, '9', 'COMPLETED')).toBe(text);
});

test('task-master: an edit of one subtask, and of the container when its subtasks are done', () => {
  const text = `[{"id": 12, "status": "in-progress", "subtasks": [{"id": 3, "status": "pending"}, {"id": "x", "status": "done"}]}]`;
  const first = edit(text, '12.3', 'COMPLETED', 'subtask');
  expect(first).toBe(text.replace('pending', 'done'));
  expect(edit(first, '12', 'COMPLETED', 'subtask')).toBe(first.replace('in-progress', 'done'));
  expect(edit(text, '12.3', 'COMPLETED', 'task')).toBe(text);
});

test('task-master: of two files the newer layout is read and written', () => {
  const texts = new Map([
    ['tasks/tasks.json', '[{"id": 1, "status": "pending"}]'],
    [FILE, '[{"id": 1, "status": "pending"}, {"id": 2}]'],
  ]);
  const { tickets, warnings } = taskMaster.read(texts, {});
  expect(tickets).toHaveLength(2);
  expect(warnings).toEqual([`tasks/tasks.json is not read: ${FILE} is there as well`]);
  const change = { id: '1', state: 'COMPLETED', at } as const;
  for (const [path, text] of texts) {
    expect(taskMaster.edit(path, text, [change], {}, texts) === text).toBe(path !== FILE);
  }
  expect(thrownBy(() => taskMaster.read(new Map(), {})).code).toBe('NOT_FOUND');
});
