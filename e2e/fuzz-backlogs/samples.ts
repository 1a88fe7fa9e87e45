/** Files of a backlog, by path, to begin from: small, with all that a format knows. */
export const SAMPLES: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  'task-master': [
    {
      '.taskmaster/tasks/tasks.json': JSON.stringify(
        {
          master: {
            tasks: [
              { id: 1, title: 'One', description: 'd', status: 'done', dependencies: [], priority: 'high' },
              {
                id: 2,
                title: 'Two',
                status: 'pending',
                dependencies: [1, '1'],
                details: 'x\ny',
                subtasks: [
                  { id: 1, title: 'a', status: 'done', dependencies: [] },
                  { id: 2, title: 'b', status: 'pending', dependencies: [1, '3.1'] },
                ],
              },
              {
                id: '3',
                title: 'Three',
                status: 'in-progress',
                dependencies: ['2.2'],
                subtasks: [{ id: 1 }],
              },
            ],
            metadata: { taskCount: 3 },
          },
          feature: { tasks: [{ id: 1, title: 'Other', status: 'review', dependencies: [] }] },
        },
        undefined,
        2,
      ),
      '.taskmaster/state.json': '{"currentTag": "master"}',
    },
    {
      'tasks/tasks.json':
        '{"tasks":[{"id":1,"title":"One"},{"id":3.10,"status":"cancelled","dependencies":[1]}]}',
    },
  ],
  beads: [
    {
      '.beads/issues.jsonl': [
        '{"_schema":"beads","version":1}',
        '{"id":"bd-1","title":"Epic","status":"open","priority":1,"issue_type":"epic","updated_at":"2026-01-01T00:00:00Z"}',
        '{"id":"bd-1.1","title":"A","status":"in_progress","issue_type":"task","updated_at":"2026-01-01T00:00:00Z","dependencies":[{"issue_id":"bd-1.1","depends_on_id":"bd-1","type":"parent-child"}]}',
        '{"id":"bd-2","title":"B","status":"closed","closed_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}',
        '{"id":"bd-3","status":"open","dependencies":[{"issue_id":"bd-3","depends_on_id":"bd-2","type":"blocks"},{"issue_id":"bd-3","depends_on_id":"bd-4","type":"waits-for"}]}',
        '{"id":"bd-4","status":"open","issue_type":"gate"}',
        '{"id":"bd-3","status":"open","updated_at":"2025-01-01T00:00:00Z"}',
        '{"id":"bd-5","status":"tombstone","title":"gone"}',
        '',
      ].join('\n'),
    },
  ],
  'spec-kit': [
    {
      'specs/001-menu/tasks.md': `# Tasks

## Phase 1: Setup

- [X] T001 Create it
- [ ] T002 [P] Configure in a.json
  - verify: it runs
- [ ] T003 [P] More (depends on T001)

\`\`\`
- [ ] T999 not a task
\`\`\`

## Phase 2: User Story 1 (Priority: P1)

- [ ] T004 [P] [US1] Model in src/m.ts
- [ ] T005 [US1] Service, after T004
`,
    },
  ],
  openspec: [
    {
      'openspec/changes/add-menu/tasks.md': `# Tasks

## 1. Database
- [x] 1.1 Table
- [ ] 1.2 Migrate

## 2. API
* [ ] 2.1 Endpoint
- [ ] 2.2 Test
`,
    },
  ],
  'backlog-md': [
    {
      'backlog/config.yml': 'project_name: "demo"\nstatuses: ["To Do", "In Progress", "Done"]\n',
      'backlog/tasks/task-1 - One.md':
        "---\nid: TASK-1\ntitle: 'One: x'\nstatus: To Do\nassignee: []\nupdated_date: '2026-01-01 00:00'\nlabels: [ui]\ndependencies: []\npriority: high\n---\n\n## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\nDo it\n<!-- SECTION:DESCRIPTION:END -->\n\n## Acceptance Criteria\n<!-- AC:BEGIN -->\n- [ ] #1 Works\n<!-- AC:END -->\n",
      'backlog/tasks/task-1.1 - Two.md':
        '---\nid: TASK-1.1\ntitle: >-\n  Two is\n  longer\nstatus: In Progress\ndependencies:\n  - TASK-2\nparent_task_id: TASK-1\n---\n\n## Implementation Plan\n\n1. a\n',
      'backlog/completed/task-2 - Three.md': '---\nid: TASK-2\ntitle: Three\nstatus: Done\n---\n',
    },
  ],
};
