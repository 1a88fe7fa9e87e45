import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TicketIndexError } from '../../src/errors.ts';
import type { BacklogFormat, FormatOptions } from '../../src/formats/format.ts';
import { BACKLOG_FORMATS } from '../../src/backlog-formats.ts';
import { statesOf } from './read.ts';

type Written = 'UNPROCESSED' | 'COMPLETED' | 'DEFERRED';

interface Item {
  readonly state: Written;
  /** Whatever people write on one line. */
  readonly prose: string;
}

/** How a file of a format looks, with the states of its items. */
interface Form {
  readonly name: BacklogFormat['name'];
  readonly path: string;
  readonly options: FormatOptions;
  readonly says: readonly Written[];
  idOf(index: number): string;
  render(items: readonly Item[], lineBreak: string): string;
}

const at = '2026-01-02T03:04:05Z';
const json = (text: string) => JSON.stringify(text);
const lines = (parts: readonly string[], lineBreak: string) => parts.join(lineBreak) + lineBreak;
const box = (state: Written, mark: string) => (state === 'COMPLETED' ? `[${mark}]` : '[ ]');

const FORMS: readonly Form[] = [
  {
    name: 'task-master',
    path: '.taskmaster/tasks/tasks.json',
    options: {},
    says: ['COMPLETED', 'DEFERRED'],
    idOf: (index) => String(index + 1),
    render: (items, lineBreak) => {
      const words = { UNPROCESSED: 'pending', COMPLETED: 'done', DEFERRED: 'deferred' };
      const tasks = items.map(
        ({ state, prose }, index) =>
          `{"id" :${index + 1},${lineBreak}\t"title": ${json(prose)}, "status":  "${words[state]}","n": 1.50 }`,
      );
      return lines(['{"master" : {"tasks":[', tasks.join(`,${lineBreak}`), ']}}'], lineBreak);
    },
  },
  {
    name: 'beads',
    path: '.beads/issues.jsonl',
    options: {},
    says: ['COMPLETED', 'DEFERRED'],
    idOf: (index) => `bd-${index}`,
    render: (items, lineBreak) => {
      const words = { UNPROCESSED: 'open', COMPLETED: 'closed', DEFERRED: 'deferred' };
      const issues = items.map(({ state, prose }, index) => {
        const closed = state === 'COMPLETED' ? `,"closed_at":"${at}"` : '';
        const updated = state === 'UNPROCESSED' ? '2025-01-01T00:00:00Z' : at;
        return `{"id":"bd-${index}","status":"${words[state]}","title":${json(prose)},"n":1.50,"updated_at":"${updated}"${closed}}`;
      });
      return lines(issues, lineBreak);
    },
  },
  {
    name: 'spec-kit',
    path: 'specs/001-a/tasks.md',
    options: { short: '001-a' },
    says: ['COMPLETED'],
    idOf: (index) => `T${index}`,
    render: (items, lineBreak) => {
      const tasks = items.map(({ state, prose }, index) => `- ${box(state, 'X')} T${index} [P] a ${prose}`);
      return lines(['# Tasks', '', '## Phase 1: One', ...tasks], lineBreak);
    },
  },
  {
    name: 'openspec',
    path: 'openspec/changes/a/tasks.md',
    options: { unit: 'section' },
    says: ['COMPLETED'],
    idOf: (index) => `a/${index}`,
    render: (items, lineBreak) => {
      const sections = items.flatMap(({ state, prose }, index) => [
        `## ${index}. One`,
        `- ${box(state, 'x')} ${index}.1 a ${prose}`,
        `* ${box(state, 'x')} ${index}.2 b`,
        '  - [x] nested',
      ]);
      return lines(sections, lineBreak);
    },
  },
  {
    name: 'openspec',
    path: 'openspec/changes/a/tasks.md',
    options: { unit: 'line' },
    says: ['COMPLETED'],
    idOf: (index) => `a/1.${index}`,
    render: (items, lineBreak) =>
      lines(
        [
          '## 1. One',
          ...items.map(({ state, prose }, index) => `- ${box(state, 'x')} 1.${index} a ${prose}`),
        ],
        lineBreak,
      ),
  },
  {
    name: 'backlog-md',
    path: 'backlog/tasks/task-1 - A.md',
    options: {},
    says: ['COMPLETED'],
    idOf: () => 'task-1',
    // A file has one task.
    render: (items, lineBreak) => {
      const { state, prose } = items[0]!;
      const status = state === 'COMPLETED' ? 'Done' : 'To Do';
      const front = ['---', 'id: task-1', `title: ${json(prose)}`, `status: '${status}' # now`, '---'];
      return lines([...front, '## Description', `a ${prose}`, 'status: To Do'], lineBreak);
    },
  },
];

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '---',
  '- [ ] ',
  '- [x] ',
  '## ',
  '# 1. ',
  '1.1 ',
  'T1 ',
  '"tasks"',
  '"id"',
  '"status"',
  '"dependencies"',
  '"subtasks"',
  '1',
  '"1"',
  '1.10',
  '"done"',
  'null',
  'true',
  '\0',
  '\uFEFF',

  'id: a',
  'status: ',
  'dependencies:',
  '  - a',
  '<<<<<<< a',
  '<!--',
  '-->',
  '```',
  'depends on ',
  'Phase 1: ',

  '{"id":"a"}',
  '{"id":1}',
  '__proto__',
  '\u2028',
  '\uD800',
];
const pieces = fc.constantFrom(...PIECES);

const prose = fc.string({
  unit: fc.constantFrom(...Array.from('ab T1[x]-:#"\\\'{},é🎈*`.|>')),
  maxLength: 12,
});
const item = fc.record({ state: fc.constantFrom<Written>('UNPROCESSED', 'COMPLETED'), prose });

test.each(FORMS)(
  '$name $options: an edit gives the file that would have been written with that state',
  (form) => {
    const format = BACKLOG_FORMATS.find(({ name }) => name === form.name)!;
    const items = fc.array(item, { minLength: 1, maxLength: form.name === 'backlog-md' ? 1 : 6 });
    const cases = fc.record({
      items,
      chosen: fc.nat(),
      state: fc.constantFrom(...form.says),
      lineBreak: fc.constantFrom('\n', '\r\n'),
      mark: fc.constantFrom('', '\uFEFF'),
    });
    fc.assert(
      fc.property(cases, ({ items, chosen, state, lineBreak, mark }) => {
        const index = chosen % items.length;
        fc.pre(items[index]!.state === 'UNPROCESSED');
        const id = form.idOf(index);
        const text = mark + form.render(items, lineBreak);
        const after = mark + form.render(items.with(index, { ...items[index]!, state }), lineBreak);
        const texts = new Map([[form.path, text]]);
        const before = statesOf(format.read(texts, form.options));
        expect(Object.values(before)).toEqual(items.map(({ state }) => state));
        const edited = format.edit(form.path, text, [{ id, state, at }], form.options, texts);
        expect(edited).toBe(after);
        expect(format.edit(form.path, edited, [{ id, state, at }], form.options, texts)).toBe(edited);
        expect(statesOf(format.read(new Map([[form.path, edited]]), form.options))).toEqual({
          ...before,
          [id]: state,
        });
      }),
    );
  },
);

test.each(FORMS)('$name $options: whatever the text is, it is read or refused with a place', (form) => {
  const format = BACKLOG_FORMATS.find(({ name }) => name === form.name)!;
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 30 }).map((list) => list.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (text) => {
      const texts = new Map([[form.path, text]]);
      for (const action of [
        () => format.read(texts, form.options),
        () =>
          format.edit(form.path, text, [{ id: form.idOf(1), state: 'COMPLETED', at }], form.options, texts),
      ]) {
        expect(refusal(action)).toMatch(/^$|^[^:]+\.(?:md|yml|json|jsonl)(?::\d+:\d+)?: ./);
      }
    }),
    { numRuns: 500 },
  );
});

/** Lines as nobody writes them, on which a regular expression may go astray. */
const LONG_LINES = [
  `## ${' '.repeat(40_000)}x`,
  `## ${' #'.repeat(20_000)}x`,
  `- [ ] ${'1.'.repeat(20_000)}x`,
  `- [ ] T${'1'.repeat(40_000)}-x`,
  `- [ ] T001 ${'depends on T001-T999, '.repeat(2000)}`,
  `- [ ] T001 ${'T1-T150,'.repeat(5000)} depends on ${'T1-T150,'.repeat(5000)}`,
  `status: ${"'a''".repeat(10_000)}`,
  `dependencies: [${"'".repeat(40_001)}`,
  `dependencies: [${' '.repeat(40_000)}`,
  `title: ${' #'.repeat(1)}${' '.repeat(40_000)}x`,
  `{"id": "a", "status": "${'\\\\'.repeat(10_000)}"`,
  '['.repeat(40_000),
  `<!--${' -->x'.repeat(10_000)}`,
];

test.each(FORMS)('$name $options: long lines come to an end', (form) => {
  const format = BACKLOG_FORMATS.find(({ name }) => name === form.name)!;
  for (const line of LONG_LINES) {
    for (const text of [
      line,
      `---\nid: a\n${line}\n---\n${line}\n`,
      `## Dependencies\n- [ ] T001 a\n${line}`,
    ]) {
      const texts = new Map([[form.path, text]]);
      expect(refusal(() => format.read(texts, form.options))).not.toContain('\n');
    }
  }
});

/** The message of a refusal, if there is one; any other error fails the test. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TicketIndexError) return error.message;
    throw error;
  }
  return '';
}
