import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { found, reportOn, sound } from './fixture.ts';
import type { RawTicket } from './fixture.ts';

interface Case {
  section: number;
  name: string;
  good: RawTicket[];
  bad: RawTicket[];
  /** `status id: tickets` of every finding in `bad`. */
  finds: string[];
  /** Words of the first message. */
  says: string;
}

const subTask = { id: 'T1', type: 'test', description: 'do', status: 'open' };
const script = { name: 's', command: 'npm test', success_pattern: '^ok', failure_action: 'defer' };
const family = [sound('E-1', { children: ['A-1'] }), sound('A-1', { parent: 'E-1' })];

const cases: Case[] = [
  {
    section: 2,
    name: 'fields',
    good: [sound('A-1', { targetFiles: [{ path: 'src/a.ts' }] })],
    bad: [
      { state: 'COMPLETED', title: 'x' },
      sound('B-1', { dependencies: 'A-1' }),
      sound('C-1', { children: [1] }),
    ],
    finds: ['fail fields.needed: #1 B-1 C-1'],
    says: '#1: a ticket has no id: give it one, such as "API-001"; ticket "B-1" has "dependencies": "A-1", which should be a list of ids',
  },
  {
    section: 2,
    name: 'fields',
    good: [sound('A-1', { files: ['a..b', '.github/x'] })],
    bad: [
      sound('A-1', { files: ['../x', '/etc/passwd', 'a/../../b'] }),
      sound('B-1', { targetFiles: [{ path: 'C:\\x' }] }),
      sound('C-1', { title: ' ' }),
    ],
    finds: ['warn fields.paths: A-1 B-1', 'warn fields.title: C-1'],
    says: '"A-1" declares "../x"; "A-1" declares "/etc/passwd"; "A-1" declares "../b"; and 1 more: not considered; declare paths from the top',
  },
  {
    section: 3,
    name: 'duplicates',
    good: [sound('A-1'), sound('A-2')],
    bad: [sound('A-1'), sound('B-1'), sound('A-1'), { id: 'A-1' }],
    finds: ['fail duplicates.id: A-1'],
    says: '3 tickets have the id "A-1": give each ticket an id of its own',
  },
  {
    section: 4,
    name: 'ids',
    good: [sound('A2A-001'), sound('CLI-R001'), sound('LLM-CLIENT-007')],
    bad: [sound('a-1'), sound('A'), sound('A-1\nB-2'), sound('')],
    finds: ['warn ids.form: a-1 A A-1\nB-2 '],
    says: '"a-1" is not of the form COMPONENT-NUMBER; "A" is not of the form COMPONENT-NUMBER; "A-1\\nB-2" is not',
  },
  {
    section: 5,
    name: 'states',
    good: [
      sound('A-1', { state: 'DEFERRED', defer_reason: { category: 'timeout' } }),
      sound('B-1', { state: 'COMPLETED' }),
    ],
    bad: [
      sound('A-1', { state: 'DONE' }),
      sound('B-1', { state: undefined }),
      sound('C-1', { state: 'COMPLETED', dependencies: ['D-1'] }),
      sound('D-1', { defer_reason: { category: 'tired' } }),
    ],
    finds: ['fail states.unknown: A-1 B-1', 'warn states.premature: C-1', 'warn states.defer-reason: D-1'],
    says: 'ticket "A-1" has the unknown state "DONE": set it to one of UNPROCESSED, IN_PROGRESS, COMPLETED, DEFERRED; ticket "B-1" has no state',
  },
  {
    section: 6,
    name: 'references',
    good: [sound('A-1', { dependencies: ['B-1'], conflicts_with: ['B-1'] }), sound('B-1', { state: 'DONE' })],
    bad: [sound('A-1', { dependencies: ['X-1', 'X-1', 'X-2'], conflicts_with: ['X-3'] })],
    finds: ['fail references.unknown: A-1', 'warn references.conflicts: A-1'],
    says: '"A-1" depends on "X-1", which is not a ticket; "A-1" depends on "X-2", which is not a ticket: correct the id or add the ticket',
  },
  {
    section: 7,
    name: 'cycles',
    good: [...family, sound('B-1', { dependencies: ['A-1', 'E-1'] })],
    bad: [
      sound('A-1', { dependencies: ['B-1'] }),
      sound('B-1', { dependencies: ['A-1'] }),
      sound('C-1', { state: 'COMPLETED', dependencies: ['C-1'] }),
      sound('D-1', { state: 'COMPLETED', dependencies: ['E-1'] }),
      sound('E-1', { dependencies: ['D-1'] }),
    ],
    finds: ['fail cycles.open: A-1 B-1 D-1 E-1', 'warn cycles.completed: C-1'],
    says: '"A-1" -> "B-1" -> "A-1"; "D-1" -> "E-1" -> "D-1": circular: remove a dependency of each',
  },
  {
    section: 8,
    name: 'hierarchy',
    good: [...family, sound('B-1', { dependencies: ['E-1'] })],
    bad: [
      sound('E-1', { children: ['A-1', 'B-1', 'X-1'] }),
      sound('A-1', { parent: 'E-1', dependencies: ['E-1'] }),
      sound('B-1'),
      sound('C-1', { parent: 'E-1' }),
      sound('D-1', { parent: 'X-2' }),
    ],
    finds: [
      'fail hierarchy.unknown: E-1',
      'warn hierarchy.orphan: D-1',
      'warn hierarchy.one-sided: E-1 C-1',
      'warn hierarchy.own-container: A-1',
    ],
    says: '"E-1" has the child "X-1", which is not a ticket: correct the id',
  },
  {
    section: 10,
    name: 'priorities',
    good: [sound('A-1', { priority: 'P0' }), sound('B-1', { priority: 'p4' })],
    bad: [
      sound('A-1', { priority: 'urgent' }),
      sound('B-1', { priority: null }),
      sound('C-1', { priority: 1 }),
    ],
    finds: ['warn priorities.unknown: A-1 C-1'],
    says: '"A-1" has the priority "urgent"; "C-1" has the priority 1: taken as P2; use one of P0, P1, P2, P3, P4',
  },
  {
    section: 11,
    name: 'types',
    good: [sound('A-1', { type: 'Epic' }), sound('B-1', { type: 'bugfix' })],
    bad: [sound('A-1', { type: 'saga' }), sound('B-1', { type: undefined })],
    finds: ['warn types.unknown: A-1'],
    says: '"A-1" has the type "saga"',
  },
  {
    section: 12,
    name: 'validation-types',
    good: [sound('A-1', { validation_type: 'stateflow' })],
    bad: [sound('A-1', { validation_type: 'magic' }), sound('B-1', { validation_type: undefined })],
    finds: ['warn validation-types.unknown: A-1'],
    says: '"A-1" has the validation_type "magic"',
  },
  {
    section: 13,
    name: 'sub-tasks',
    good: [sound('A-1', { tasks: [subTask] }), sound('B-1', { tasks: [] })],
    bad: [
      sound('A-1', { tasks: [subTask, { id: 'T2', type: '' }] }),
      sound('B-1', { tasks: {} }),
      sound('C-1', { tasks: [1] }),
    ],
    finds: ['warn sub-tasks.members: A-1 B-1 C-1'],
    says: 'sub-task 2 of "A-1" has no type, description; "B-1" has "tasks" that are not a list; sub-task 1 of "C-1" is not an object',
  },
  {
    section: 14,
    name: 'validation-scripts',
    good: [
      sound('A-1', { validation_config: { verification_scripts: [script] } }),
      sound('B-1', { validation_config: {} }),
    ],
    bad: [
      sound('A-1', {
        validation_config: {
          verification_scripts: [
            { ...script, command: ' ' },
            { ...script, failure_action: 'pray' },
          ],
        },
      }),
      sound('B-1', { validation_config: { verification_scripts: [{ ...script, success_pattern: '(' }] } }),
      sound('C-1', { tasks: [{ ...subTask, validation_script: '' }] }),
      sound('D-1', { validation_config: [] }),
      sound('E-1', { validation_config: { verification_scripts: 'x' } }),
    ],
    finds: [
      'warn validation-scripts.broken: A-1 B-1 C-1 D-1 E-1',
      'warn validation-scripts.failure-action: A-1',
    ],
    says: 'verification script 1 of "A-1" has no command; verification script 1 of "B-1" has the success_pattern "(", which is not a regular',
  },
];

describe.each(cases)('section $section, $name', ({ section, name, good, bad, finds, says }) => {
  test('passes a sound index', async () => {
    expect(await found(name, good)).toEqual([
      { section, id: name, status: 'pass', message: expect.any(String), tickets: [] },
    ]);
  });

  test('finds what is wrong, and says it in one line', async () => {
    const checks = await found(name, bad);
    expect(checks.map(({ status, id, tickets }) => `${status} ${id}: ${tickets.join(' ')}`)).toEqual(finds);
    expect(checks[0]!.message).toContain(says);
    for (const { message } of checks) expect(message).toMatch(/^.+: .+$/);
  });
});

test('section 1, json: passes an index', async () => {
  expect((await reportOn([], { checks: ['json'] })).checks).toMatchObject([
    { section: 1, id: 'json', status: 'pass' },
  ]);
});

test.each([
  ['{"tickets": [\n  1 2]}', 'json.NOT_JSON', ':2:5: not JSON: a comma expected'],
  ['{}\n{}', 'json.TWO_DOCUMENTS', ':2:1: a second JSON document'],
  ['{"tickets": {}}', 'json.NOT_AN_INDEX', ':1:13: "tickets" is not a list'],
  ['{"tickets": [\n<<<<<<< ours\n]}', 'json.CONFLICT_MARKERS', ':2:1: a git conflict marker'],
])('section 1, json: reports %j with its place, and runs nothing else', async (text, id, message) => {
  const report = await reportOn(text);
  expect(report).toMatchObject({
    v: 1,
    ok: false,
    cycles: [],
    checks: [{ section: 1, id, status: 'fail' }],
  });
  expect(report.checks).toHaveLength(1);
  expect(report.checks[0]!.message).toContain(message);
  expect(report.parallel.reason).toMatch(/before the index can be read/);
});

test('section 9, markdown: passes where no ticket has a file, and where each has', async () => {
  const root = temporaryFolder();
  expect(await found('markdown', [sound('A-1')], root)).toMatchObject([{ section: 9, status: 'pass' }]);
  writeFileSync(join(root, '.sage/tickets/A-1.md'), '');
  expect(await found('markdown', [sound('A-1')], root)).toMatchObject([{ section: 9, status: 'pass' }]);
});

test('section 9, markdown: finds tickets without one, and files without a ticket', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, '.sage/tickets'), { recursive: true });
  writeFileSync(join(root, '.sage/tickets/A-1.md'), '');
  writeFileSync(join(root, '.sage/tickets/OLD-1.md'), '');
  const checks = await found('markdown', [sound('A-1'), sound('../../B-1')], root);
  expect(checks).toMatchObject([
    { id: 'markdown.missing', status: 'warn', tickets: ['../../B-1'] },
    { id: 'markdown.stray', status: 'warn', tickets: [] },
  ]);
  expect(checks[1]!.message).toContain('".sage/tickets/OLD-1.md" belongs to no ticket');
});

const withCheckpoints = (...ids: unknown[]): RawTicket[] => [
  sound('A-1', {
    components: ids.map((id, index) => ({
      name: `c${index}`,
      checkpoint_id: id,
      status: 'open',
      tasks: [],
    })),
  }),
];

test('section 16, checkpoints: passes commits that git knows, and components without a checkpoint', async () => {
  const { root, git } = repository();
  const checks = await found('checkpoints', withCheckpoints(git('rev-parse', 'HEAD'), 'main', null), root);
  expect(checks).toMatchObject([{ section: 16, id: 'checkpoints', status: 'pass' }]);
});

test('section 16, checkpoints: finds those that it does not know, whatever they hold', async () => {
  const { root } = repository();
  const ids = ['main', 'deadbeef', '--evil', 'a b', 'main\nmain', 7];
  const [check] = await found('checkpoints', withCheckpoints(...ids), root);
  expect(check).toMatchObject({ id: 'checkpoints.unknown', status: 'warn', tickets: ['A-1'] });
  expect(check!.message).toContain('component "c1" of "A-1" has the checkpoint "deadbeef"');
  expect(check!.message).toContain('; and 2 more: ');
});

test('section 16, checkpoints: knows none outside a repository', async () => {
  expect(await found('checkpoints', withCheckpoints('main'))).toMatchObject([{ status: 'warn' }]);
});

test('section 17, summary: counts tickets by state and by what they have', async () => {
  const report = await reportOn(
    {
      total_tickets: 3,
      tickets: [
        sound('A-1', { tasks: [subTask] }),
        sound('B-1', { state: 'COMPLETED', validation_config: {} }),
        sound('C-1', { components: [{ name: 'c' }] }),
      ],
    },
    { checks: ['summary'] },
  );
  expect(report.checks).toEqual([
    {
      section: 17,
      id: 'summary.counts',
      status: 'pass',
      message:
        '3 tickets; 0 of them containers; 2 UNPROCESSED, 0 IN_PROGRESS, 1 COMPLETED, 0 DEFERRED; 1 with sub-tasks; 1 with validation; 1 with components',
      tickets: [],
    },
  ]);
});

test('section 17, summary: one is one', async () => {
  const [summary] = (await reportOn({ tickets: [sound('A-1')] }, { checks: ['summary'] })).checks;
  expect(summary!.message).toMatch(/^1 ticket; 0 of them containers; /);
});

test('section 17, summary: finds stale counters', async () => {
  const report = await reportOn(
    { total_tickets: 3, completed_tickets: 0, tickets: [sound('A-1')] },
    { checks: ['summary'] },
  );
  expect(report.checks[1]).toMatchObject({ id: 'summary.counters', status: 'warn' });
  expect(report.checks[1]!.message).toMatch(/^total_tickets says 3, it is 1: /);
});
