import { expect, test } from 'vitest';
import { backlogMd } from '../../src/formats/backlog-md/backlog-md.ts';
import { thrownBy } from '../thrown.ts';
import { edgesOf, statesOf, ticketOf } from './read.ts';

const CONFIG = 'backlog/config.yml';
const FILE = 'backlog/tasks/task-1 - Parse.md';
const at = '2026-01-02T03:04:05Z';
const TASK = `---
id: task-1
title: 'Core: parse'
status: To Do
assignee: []
updated_date: '2025-05-11 14:01'
labels:
  - core
dependencies: []
priority: high
ordinal: 2000
---

## Description

<!-- SECTION:DESCRIPTION:BEGIN -->
Parse it.
<!-- SECTION:DESCRIPTION:END -->

## Acceptance Criteria
<!-- AC:BEGIN -->
- [ ] #1 It parses
- [x] #2 It fails well
<!-- AC:END -->

## Implementation Plan

1. Write it
`;
const task = (fields: string) => `---\n${fields}\n---\n`;
const read = (files: Readonly<Record<string, string>>) =>
  backlogMd.read(
    new Map(
      Object.entries(files).map(([name, text]) => [
        name.includes('/') ? name : `backlog/tasks/${name}.md`,
        text,
      ]),
    ),
    {},
  );
const edit = (text: string, state: 'COMPLETED' | 'DEFERRED' = 'COMPLETED', config?: string) =>
  backlogMd.edit(
    FILE,
    text,
    [{ id: 'task-1', state, at }],
    {},
    new Map(config === undefined ? [] : [[CONFIG, config]]),
  );

test('backlog-md: a file is a ticket with all that it says', () => {
  const backlog = read({ [FILE]: TASK });
  expect(backlog.tickets).toEqual([
    expect.objectContaining({
      id: 'task-1',
      title: 'Core: parse',
      state: 'UNPROCESSED',
      priority: 'P1',
      description: 'Parse it.\n\n## Implementation Plan\n\n1. Write it',
      acceptanceCriteria: ['It parses', 'It fails well'],
      dependencies: [],
    }),
  ]);
  expect(backlog.tickets[0]!.raw['labels']).toEqual(['core']);
  expect([...backlog.fileOf]).toEqual([['task-1', FILE]]);
  expect(backlog.warnings).toEqual([]);
});

test('backlog-md: the first status of the configuration is open, the last is done', () => {
  const files = {
    [CONFIG]: 'project_name: "x"\nstatuses: ["Offen", "In Arbeit", "Code Review", "Fertig"]\n',
    a: task('id: a\nstatus: offen'),
    b: task('id: b\nstatus: In Arbeit'),
    c: task('id: c\nstatus: Code Review'),
    d: task('id: d\nstatus: "Fertig"'),
    e: task('id: e'),
    f: task('id: f\nstatus: Done'),
  };
  const backlog = read(files);
  expect(statesOf(backlog)).toEqual({
    a: 'UNPROCESSED',
    b: 'IN_PROGRESS',
    c: 'DEFERRED',
    d: 'COMPLETED',
    e: 'UNPROCESSED',
    f: 'DEFERRED',
  });
  expect(backlog.warnings).toEqual([
    'f has the status "Done", which the configuration does not name: not run',
  ]);
  expect(statesOf(read({ a: task('id: a\nstatus: Done'), b: task('id: b\nstatus: In Progress') }))).toEqual({
    a: 'COMPLETED',
    b: 'IN_PROGRESS',
  });
});

test('backlog-md: dependencies and parents are found in either case, and without their prefix', () => {
  const backlog = read({
    1: task('id: TASK-1\nordinal: 3'),
    2: task('id: task-2\ndependencies: [task-1, "TASK-1", 10]\nordinal: 1'),
    10: task('id: task-10\ndependencies:\n  - old-9.01'),
    '9.01': task('id: task-9.01\nparent_task_id: TASK-9'),
    9: task('id: task-9\nparent_task_id: task-9\ndependencies: [task-404]'),
  });
  expect(backlog.tickets.map(({ id }) => id)).toEqual(['task-2', 'TASK-1', 'task-9', 'task-9.01', 'task-10']);
  expect(edgesOf(backlog)).toEqual(['task-2>TASK-1', 'task-2>task-10', 'task-10>task-9.01']);
  expect(ticketOf(backlog, 'task-9')).toMatchObject({ children: ['task-9.01'], parent: null });
  expect(ticketOf(backlog, 'task-9.01').parent).toBe('task-9');
  expect(backlog.warnings).toEqual([
    'task-9 is its own parent: ignored',
    'task-9 waits for "task-404", which does not exist: ignored',
  ]);
});

test('backlog-md: completed tasks are known, and those in the folder of tasks come first', () => {
  const backlog = read({
    'backlog/completed/task-1 - Old.md': task('id: task-1\nstatus: Done'),
    'backlog/completed/task-2 - Old.md': task('id: task-2\nstatus: Done'),
    'backlog/docs/doc-1.md': task('id: doc-1'),
    readme: '# Tasks\n',
    1: task('id: task-1\nstatus: To Do\ndependencies: [task-2]'),
  });
  expect(statesOf(backlog)).toEqual({ 'task-1': 'UNPROCESSED', 'task-2': 'COMPLETED' });
  expect(edgesOf(backlog)).toEqual(['task-1>task-2']);
  expect(backlog.warnings).toEqual([
    'backlog/tasks/readme.md has no front matter: not read',
    'backlog/completed/task-1 - Old.md is not read: backlog/tasks/1.md has its id as well',
  ]);
});

test('backlog-md: an edit sets the status and the date, quoted as they were', () => {
  expect(edit(TASK)).toBe(
    TASK.replace('status: To Do', 'status: Done').replace('2025-05-11 14:01', '2026-01-02 03:04'),
  );
  expect(edit(edit(TASK))).toBe(edit(TASK));
  expect(edit(TASK, 'DEFERRED')).toBe(TASK);
  const quoted = TASK.replace('status: To Do', 'status:   "To Do" # now').replaceAll('\n', '\r\n');
  expect(edit(quoted)).toBe(
    quoted.replace('"To Do"', '"Done"').replace('2025-05-11 14:01', '2026-01-02 03:04'),
  );
  const config = "statuses:\n  - Open\n  - It's done\n";
  expect(edit(task('id: task-1\nstatus: open'), 'COMPLETED', config)).toBe(
    task("id: task-1\nstatus: 'It''s done'"),
  );
  expect(edit(task('id: task-1\nstatus:\nupdated_date: 2025-01-01'))).toBe(
    task('id: task-1\nstatus: Done\nupdated_date: 2026-01-02'),
  );
  expect(edit(task('id: task-1\nstatus: # soon'))).toBe(task('id: task-1\nstatus: Done # soon'));
  expect(edit(task('id: task-1\r'))).toBe(task('id: task-1\r\nstatus: Done\r'));
  for (const text of [task('id: task-2\nstatus: To Do'), '# no task\n']) expect(edit(text)).toBe(text);
});

test('backlog-md: what cannot be trusted is refused with its place', () => {
  const refused = (text: string) => thrownBy(() => read({ a: text })).message;
  expect(refused('---\nid: a\n')).toMatch(/^backlog\/tasks\/a\.md:1:1: the front matter has no end/);
  expect(refused(task('title: x'))).toMatch(/:1:1: the task has no id/);
  expect(refused(task('id: a\nid: b'))).toMatch(/:3:1: the key "id" twice, first on line 2/);
  expect(refused(task('id: a\nstatus: {}'))).toMatch(/:3:1: "status" is not text/);
  expect(refused(task('id: a\nstatus: >-\n  Done'))).toMatch(/:3:1: write "status" on one line/);
  expect(refused(task('id: a\ndependencies: task-1'))).toMatch(/:3:1: "dependencies" is not a list/);
  expect(refused(task('id: a\n<<<<<<< HEAD'))).toMatch(/:3:1: a git conflict marker/);
  expect(thrownBy(() => read({ a: task('id: x-1'), b: task('id: X-1') })).message).toBe(
    'backlog/tasks/b.md:2:1: duplicate id "X-1", which backlog/tasks/a.md has as well: give one of the two another id',
  );
  expect(thrownBy(() => read({})).code).toBe('NOT_FOUND');
  expect(read({ [CONFIG]: '' }).tickets).toEqual([]);
});
