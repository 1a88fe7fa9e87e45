import { expect, test } from 'vitest';
import { specKit } from '../../src/formats/spec-kit/spec-kit.ts';
import { statedDependencies } from '../../src/formats/spec-kit/stated-dependencies.ts';
import { thrownBy } from '../thrown.ts';
import { edgesOf, readOne, statesOf, ticketOf } from './read.ts';

const FILE = 'specs/001-login/tasks.md';
const at = '2026-01-02T03:04:05Z';
const LIST = `# Tasks: Login

- **[P]**: can run in parallel

## Phase 1: Setup
- [X] T001 Create the project
- [ ] T002 [P] Configure linting

## Phase 2: Story (Priority: P1)

### Tests
- [ ] T003 [P] [US1] Test of the form in tests/form.test.ts
- [ ] T004 [P] [US1] Test of the session
  - covers expiry
- [ ] T005 [US1] The form in src/form.ts (depends on T003)
- [ ] T006 [US1] The session in src/session.ts

## Dependencies
- T006 depends on T004.

\`\`\`bash
- [ ] T099 not a task
\`\`\`
<!--
- [ ] T098 not a task either
-->
`;
const read = (text: string) => readOne(specKit, FILE, text);
const edit = (text: string, id: string, state: 'COMPLETED' | 'DEFERRED' = 'COMPLETED') =>
  specKit.edit(FILE, text, [{ id, state, at }], {}, new Map([[FILE, text]]));

test('spec-kit: a line is a ticket, its box the state, its story the component', () => {
  const backlog = read(LIST);
  expect(statesOf(backlog)).toEqual({
    T001: 'COMPLETED',
    T002: 'UNPROCESSED',
    T003: 'UNPROCESSED',
    T004: 'UNPROCESSED',
    T005: 'UNPROCESSED',
    T006: 'UNPROCESSED',
  });
  expect(ticketOf(backlog, 'T004')).toMatchObject({
    title: 'Test of the session',
    component: 'US1',
    description:
      'Test of the session\n\n- covers expiry\n\nTask T004 of specs/001-login/tasks.md, Phase 2: Story (Priority: P1).',
  });
  expect(ticketOf(backlog, 'T001').component).toBe('001-login');
  expect(backlog.fileOf.get('T001')).toBe(FILE);
  expect(backlog.warnings).toEqual([]);
});

test('spec-kit: phases are barriers, tasks follow each other, parallel ones start together', () => {
  const backlog = read(LIST);
  const setup = ['T001', 'T002'];
  const edges = [
    'T002>T001',
    ...setup.map((to) => `T003>${to}`),
    ...setup.map((to) => `T004>${to}`),
    'T005>T003',
    ...setup.map((to) => `T005>${to}`),
    'T005>T004',
    'T006>T004',
    ...setup.map((to) => `T006>${to}`),
    'T006>T003',
    'T006>T005',
  ];
  expect(edgesOf(backlog)).toEqual(edges);
  const stated = ['T005>T003', 'T006>T004'];
  expect(backlog.implied.map((edge) => edge.join('>'))).toEqual(
    edges.filter((edge) => !stated.includes(edge)),
  );
});

test('spec-kit: what is said in words', () => {
  expect(statedDependencies('The service (depends on T012, T013)', 'T014')).toEqual([
    ['T014', 'T012'],
    ['T014', 'T013'],
  ]);
  expect(statedDependencies('- **T014** (src/a.ts) depends on **T012** and T013; more')).toEqual([
    ['T014', 'T012'],
    ['T014', 'T013'],
  ]);
  expect(statedDependencies('T009 and T010 depend on T001-T003. Then T011 depends on: tasks T010')).toEqual([
    ...['T001', 'T002', 'T003'].map((to) => ['T009', to]),
    ...['T001', 'T002', 'T003'].map((to) => ['T010', to]),
    ['T011', 'T010'],
  ]);
  expect(statedDependencies('T014 depends on T012, T015 depends on T013')).toEqual([
    ['T014', 'T012'],
    ['T015', 'T013'],
  ]);
  expect(statedDependencies('Polish depends on all stories, T001 to be exact')).toEqual([]);
  expect(statedDependencies('T001 depends on T2-T999999')).toEqual([
    ['T001', 'T2'],
    ['T001', 'T999999'],
  ]);
});

test('spec-kit: ids have the name of their feature where several are open, and keep it', () => {
  const texts = new Map([
    ['specs/001-a/tasks.md', '- [ ] T001 One\n'],
    ['specs/002-b/tasks.md', '- [ ] T001 Two\n'],
    ['specs/003-c/tasks.md', '- [x] T001 Three\n'],
  ]);
  const idsOf = (options = {}) => specKit.read(texts, options).tickets.map(({ id }) => id);
  const { options } = specKit.read(texts, {});
  expect(idsOf()).toEqual(['001-a/T001', '002-b/T001', '003-c/T001']);
  const change = { id: '001-a/T001', state: 'COMPLETED', at } as const;
  for (const [path, text] of texts) texts.set(path, specKit.edit(path, text, [change], options, texts));
  expect(texts.get('specs/001-a/tasks.md')).toBe('- [X] T001 One\n');
  expect(texts.get('specs/002-b/tasks.md')).toBe('- [ ] T001 Two\n');
  expect(idsOf(options)).toEqual(['001-a/T001', '002-b/T001', '003-c/T001']);
  expect(idsOf()).toEqual(['001-a/T001', 'T001', '003-c/T001']);
  expect(specKit.read(texts, {}).options).toEqual({ short: '002-b' });
});

test('spec-kit: the spec and the plan are documents of the tickets', () => {
  const texts = new Map([
    [FILE, '- [ ] T001 One\n'],
    ['specs/001-login/spec.md', ''],
    ['specs/002-next/plan.md', ''],
  ]);
  expect(specKit.read(texts, {}).tickets[0]!.docs).toEqual({ spec: 'specs/001-login/spec.md' });
});

test('spec-kit: an edit checks the box and leaves the rest; what is deferred cannot be said', () => {
  const text = '\uFEFF## Phase 1: Setup\r\n\t* [ ] **T001**: One\r\n- [x] T002 Two\r\n- [-] T003 Three';
  const done = edit(text, 'T001');
  expect(done).toBe(text.replace('[ ]', '[X]'));
  expect(edit(done, 'T001')).toBe(done);
  expect(edit(text, '001-login/T001')).toBe(done);
  expect(edit(text, 'T003')).toBe(text.replace('[-]', '[X]'));
  for (const id of ['T002', 'T009']) expect(edit(text, id)).toBe(text);
  expect(edit(text, 'T001', 'DEFERRED')).toBe(text);
  expect(ticketOf(read(text), 'T001').description).toContain('Phase 1: Setup');
  expect(statesOf(read(text))).toEqual({ T001: 'UNPROCESSED', T002: 'COMPLETED', T003: 'DEFERRED' });
});

test('spec-kit: what is merely odd is one warning each', () => {
  const { warnings } =
    read(`- [ ] T001 One (depends on T077)\n- [ ] T002 Two\n  - [ ] a step of it\n- [ ] TXXX Docs\n
## Dependencies\n- T002 depends on T002\n- T055 depends on T001\n`);
  expect(warnings).toEqual([
    `${FILE}: 1 boxes without an id such as T014 are not read (lines 4)`,
    `${FILE}: T001 depends on T077, but there is no T077: ignored`,
    'T002 depends on itself: ignored',
    `${FILE}: T055 depends on T001, but there is no T055: ignored`,
  ]);
});

test('spec-kit: what cannot be trusted is refused with its place', () => {
  expect(thrownBy(() => read('- [ ] T001 One\n\n- [ ] T001 Two\n')).message).toBe(
    `${FILE}:3:1: duplicate id "T001", first on line 1: give one of the two another id`,
  );
  expect(thrownBy(() => read('- [ ] T001 One\n<<<<<<< HEAD\n')).message).toMatch(
    /:2:1: a git conflict marker/,
  );
  expect(thrownBy(() => specKit.read(new Map([['specs/001-a/spec.md', '']]), {})).code).toBe('NOT_FOUND');
});
