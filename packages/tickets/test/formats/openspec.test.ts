import { expect, test } from 'vitest';
import { openspec } from '../../src/formats/openspec/openspec.ts';
import { thrownBy } from '../thrown.ts';
import { edgesOf, readOne, statesOf, ticketOf } from './read.ts';

const FILE = 'openspec/changes/add-login/tasks.md';
const at = '2026-01-02T03:04:05Z';
const LIST = `# Implementation Tasks

## 1. Storage
- [x] 1.1 Table of users
- [ ] 1.2 Table of sessions
  - [ ] with an index
    and a comment

## 2. Form
- [x] 2.1 Fields
### Notes
- [x] 2.2 Errors

## 3. Documentation

Nothing yet.

## Later
- [ ] Announce it
`;
const read = (text: string, unit?: string) =>
  readOne(openspec, FILE, text, unit === undefined ? {} : { unit });
const edit = (text: string, id: string, unit = 'section', state: 'COMPLETED' | 'DEFERRED' = 'COMPLETED') =>
  openspec.edit(FILE, text, [{ id, state, at }], { unit }, new Map());

test('openspec: a section is a ticket, done when all its boxes are', () => {
  const backlog = read(LIST);
  expect(statesOf(backlog)).toEqual({
    'add-login/1': 'UNPROCESSED',
    'add-login/2': 'COMPLETED',
    'add-login/later': 'UNPROCESSED',
  });
  expect(ticketOf(backlog, 'add-login/1')).toMatchObject({
    title: 'Storage',
    component: 'add-login',
    description: `Section 1 of ${FILE}: Storage\n\n- [x] 1.1 Table of users\n- [ ] 1.2 Table of sessions\n  - [ ] with an index\n    and a comment`,
  });
  expect(ticketOf(backlog, 'add-login/later').title).toBe('Later');
});

test('openspec: sections of a change follow each other, changes do not', () => {
  const texts = new Map([
    [FILE, LIST],
    ['openspec/changes/other/tasks.md', '## 1. A\n- [ ] 1.1 a\n## 2. B\n- [ ] 2.1 b\n'],
    ['openspec/changes/archive/tasks.md', '## 1. A\n- [ ] 1.1 a\n'],
    ['openspec/changes/archive/2025-01-01-old/tasks.md', '## 1. A\n- [ ] 1.1 a\n'],
  ]);
  const backlog = openspec.read(texts, {});
  expect(edgesOf(backlog)).toEqual([
    'add-login/2>add-login/1',
    'add-login/later>add-login/1',
    'add-login/later>add-login/2',
    'other/2>other/1',
  ]);
  expect(backlog.implied.map((edge) => edge.join('>'))).toEqual(edgesOf(backlog));
  expect(backlog.fileOf.get('other/2')).toBe('openspec/changes/other/tasks.md');
});

test('openspec: lines as tickets, one after the other', () => {
  const backlog = read(LIST, 'line');
  expect(statesOf(backlog)).toEqual({
    'add-login/1.1': 'COMPLETED',
    'add-login/1.2': 'UNPROCESSED',
    'add-login/2.1': 'COMPLETED',
    'add-login/2.2': 'COMPLETED',
    'add-login/later.1': 'UNPROCESSED',
  });
  expect(ticketOf(backlog, 'add-login/1.2')).toMatchObject({
    title: 'Table of sessions',
    dependencies: ['add-login/1.1'],
    description: `Section 1 of ${FILE}: Storage\n\n- [ ] 1.2 Table of sessions\n  - [ ] with an index\n    and a comment`,
  });
  expect(ticketOf(backlog, 'add-login/later.1')).toMatchObject({
    title: 'Announce it',
    dependencies: ['add-login/1.1', 'add-login/1.2', 'add-login/2.1', 'add-login/2.2'],
  });
});

test('openspec: the proposal and the design are documents of the tickets', () => {
  const texts = new Map([
    [FILE, LIST],
    ['openspec/changes/add-login/proposal.md', ''],
    ['openspec/changes/other/design.md', ''],
  ]);
  expect(openspec.read(texts, {}).tickets[0]!.docs).toEqual({
    proposal: 'openspec/changes/add-login/proposal.md',
  });
});

test('openspec: a list without sections is one, by the numbers of its lines', () => {
  const flat = '# Tasks\r\n- [ ] **4.1** One\r\n- [ ] 4.2: Two\r\n';
  expect(statesOf(read(flat))).toEqual({ 'add-login/4': 'UNPROCESSED' });
  expect(read(flat, 'line').tickets.map(({ id, title }) => `${id} ${title}`)).toEqual([
    'add-login/4.1 One',
    'add-login/4.2 Two',
  ]);
  expect(statesOf(read('## Phase 2: Two\n- [x] a\n## Phase 3: Three\n- [ ] b\n'))).toEqual({
    'add-login/2': 'COMPLETED',
    'add-login/3': 'UNPROCESSED',
  });
  expect(read('nothing').tickets).toEqual([]);
});

test('openspec: an edit checks the boxes of a section or a line, and leaves the rest', () => {
  const text = LIST.replaceAll('\n', '\r\n');
  const first = edit(text, 'add-login/1');
  expect(first).toBe(text.replace('[ ] 1.2', '[x] 1.2').replace('[ ] with', '[x] with'));
  expect(edit(first, 'add-login/1')).toBe(first);
  expect(edit(text, 'add-login/1.2', 'line')).toBe(first);
  expect(edit(text, 'add-login/1', 'line')).toBe(text);
  expect(edit(text, 'other/1')).toBe(text);
  expect(edit(text, 'add-login/1', 'section', 'DEFERRED')).toBe(text);
  expect(openspec.edit('README.md', text, [], {}, new Map())).toBe(text);
});

test('openspec: what cannot be trusted is refused with its place', () => {
  expect(thrownBy(() => read('## 1. A\n- [ ] 1.1 a\n## 1. B\n- [ ] 1.2 b\n')).message).toBe(
    `${FILE}:4:1: two sections are 1, the first on line 2: give one of the two another number`,
  );
  const twice = '## 1. A\n- [ ] 1.1 a\n- [ ] 1.1 b\n';
  expect(thrownBy(() => read(twice, 'line')).message).toMatch(/:3:1: a second item is 1\.1: give one/);
  expect(read(twice).warnings).toEqual([`${FILE}:3: a second item is 1.1`]);
  expect(thrownBy(() => read('## 1. A\n>>>>>>> main\n')).message).toMatch(/:2:1: a git conflict marker/);
  expect(thrownBy(() => read(LIST, 'task')).message).toMatch(
    /openspec has no unit "task": give one of section, line/,
  );
  expect(thrownBy(() => openspec.read(new Map(), {})).code).toBe('NOT_FOUND');
});
