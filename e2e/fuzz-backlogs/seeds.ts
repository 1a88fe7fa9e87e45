import type { BacklogFormat } from '@sage/tickets';

/** A small backlog of each format, with something of everything that it knows. */
export const SEEDS: Readonly<Record<BacklogFormat['name'], Readonly<Record<string, string>>>> = {
  'task-master': {
    '.taskmaster/tasks/tasks.json': JSON.stringify(
      {
        master: {
          tasks: [
            { id: 1, title: 'One', status: 'done', priority: 'high', dependencies: [], subtasks: [] },
            {
              id: 2,
              title: 'Two',
              description: 'What',
              details: 'How',
              testStrategy: 'Run it',
              status: 'in-progress',
              dependencies: [1, '1'],
              subtasks: [
                { id: 1, title: 'First', status: 'done', dependencies: [] },
                { id: 2, title: 'Second', status: 'pending', dependencies: [1, '3.1'] },
                { id: '3', title: 'Third', status: 'cancelled', dependencies: ['2.2', 99] },
              ],
            },
            { id: 3, title: 'Three', status: 'pending', dependencies: [2, '2.2'], subtasks: [{ id: 1 }] },
            { id: 3.5, title: 'Four', status: 'review', dependencies: [77] },
          ],
        },
        next: { tasks: [{ id: 1, status: 'pending' }] },
      },
      null,
      2,
    ),
    '.taskmaster/state.json': '{"currentTag": "master"}',
  },
  beads: {
    '.beads/issues.jsonl': [
      { _schema: 1 },
      { id: 'bd-1', title: 'Epic', status: 'open', priority: 1, issue_type: 'epic' },
      {
        id: 'bd-1.1',
        title: 'One',
        status: 'open',
        priority: 0,
        updated_at: '2025-01-01T00:00:00Z',
        close_reason: '',
        dependencies: [
          { issue_id: 'bd-1.1', depends_on_id: 'bd-1', type: 'parent-child' },
          { issue_id: 'bd-1.1', depends_on_id: 'bd-2', type: 'blocks' },
          { issue_id: 'bd-1.1', depends_on_id: 'bd-9', type: 'related' },
        ],
      },
      { id: 'bd-2', status: 'in_progress', updated_at: '2025-01-02T00:00:00Z', design: 'How', notes: 'Mind' },
      { id: 'bd-2', status: 'closed', updated_at: '2025-01-01T00:00:00Z' },
      { id: 'bd-3', status: 'tombstone' },
      { id: 'bd-4', status: 'open', issue_type: 'gate' },
      {
        id: 'bd-5',
        status: 'qa',
        dependencies: [{ issue_id: 'bd-5', depends_on_id: 'bd-4', type: 'waits-for' }],
      },
    ]
      .map((line) => `${JSON.stringify(line)}\r\n`)
      .join(''),
  },
  'spec-kit': {
    'specs/001-login/tasks.md': `# Tasks: Login

## Phase 1: Setup
- [X] T001 Create the project
- [ ] T002 [P] Configure linting in src/a.ts
- [ ] T003 [P] Configure tests

## Phase 2: User Story 1
### Tests
- [ ] T004 [P] [US1] Test of the form
- [ ] T005 [US1] The form (depends on T004)
  - with care
- [ ] TXXX Later

## Dependencies
- T005 depends on T001-T003, T004 depends on T002.

\`\`\`
- [ ] T099 no task
\`\`\`
<!--
- [ ] T098 no task
-->
`,
    'specs/002-next/tasks.md': '- [ ] T001 One\n- [ ] T002 [P] Two\n',
    'specs/001-login/spec.md': '# Login\n',
  },
  openspec: {
    'openspec/changes/add-login/tasks.md': `# Tasks

## 1. Storage
- [x] 1.1 Users
- [ ] 1.2 Sessions
  - [ ] with an index

## 2. Form
- [ ] 2.1 Fields
### Notes
- [ ] 2.2 Errors

## Later
- [ ] Announce it
`,
    'openspec/changes/add-login/proposal.md': '# Why\n',
  },
  'backlog-md': {
    'backlog/config.yml': 'project_name: "x"\nstatuses: ["To Do", "In Progress", "Review", "Done"]\n',
    'backlog/tasks/task-1 - One.md': `---
id: task-1
title: 'Core: one'
status: To Do
updated_date: '2025-05-11 14:01'
labels:
  - core
dependencies: []
priority: high
---

## Description

<!-- SECTION:DESCRIPTION:BEGIN -->
Do it.
<!-- SECTION:DESCRIPTION:END -->

## Acceptance Criteria
<!-- AC:BEGIN -->
- [ ] #1 Done
<!-- AC:END -->
`,
    'backlog/tasks/task-2 - Two.md': `---
id: TASK-2
title: >-
  A title
  that goes on
status: "Review"
dependencies: [task-1, 'task-9']
parent_task_id: task-1
ordinal: 2000
---
`,
  },
};

/** Pieces that mean something to one of them. */
export const PIECES = [
  ['{', '}', '[', ']', ',', ':', '"', "'", '\\', '\n', '\r\n', '\r', '\t', ' ', '-', '#', '`', '*', '.'],
  ['0', '1', '2', '3.10', '1e9', '-1', 'null', 'true', '[]', '{}', '""', '"1"', '"2.2"', '"3.1"'],
  [
    '"id": 1,',
    '"id": "bd-1",',
    '"status": "done",',
    '"status": "closed",',
    '"dependencies": [2],',
    '"subtasks": [{}],',
  ],
  ['- [ ] ', '- [x] ', '- [X] ', '- [-] ', '  - [ ] ', 'T001 ', 'T005 ', '[P] ', '[US1] ', '1.1 ', '2.1 '],
  [
    '# ',
    '## ',
    '## 1. A\n',
    '## Phase 1: A\n',
    '### ',
    'depends on ',
    'T001-T9999999',
    '---\n',
    'id: task-1\n',
  ],
  [
    'status: Done\n',
    'status:\n',
    'dependencies: [task-2]\n',
    'parent_task_id: TASK-2\n',
    '>-',
    '|',
    '<!--',
    '-->',
    '```\n',
  ],
  [
    '<<<<<<< HEAD\n',
    '=======\n',
    '>>>>>>> other\n',
    '\0',
    '\uFEFF',
    '\u2028',
    '\uD800',
    '🎈',
    '__proto__',
    'constructor',
  ],
  ['[['.repeat(50), '"'.repeat(30), '  '.repeat(200), 'T1 '.repeat(200), '#'.repeat(100)],
].flat();
