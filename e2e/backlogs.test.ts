import { expect, test } from 'vitest';
import { afterText, Sandbox, type StreamEvent, WRITE_OWN_FILE } from './sandbox.ts';

/** A campaign takes more of them: `SAGE_BACKLOG_TICKETS=20`. */
const COUNT = Number(process.env['SAGE_BACKLOG_TICKETS'] ?? 4);
/** Every ticket waits for the one three before it. */
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index + 1);
const before = (n: number) => (n > 3 ? [n - 3] : []);

interface Source {
  readonly name: string;
  readonly files: Record<string, string>;
  /** The id of a ticket. */
  readonly id: (n: number) => string;
  /** What the file says of a ticket that is done. */
  readonly done: RegExp;
}

const SOURCES: readonly Source[] = [
  {
    name: 'task-master',
    id: String,
    done: /"status": "done"/g,
    files: {
      '.taskmaster/tasks/tasks.json': JSON.stringify(
        {
          master: {
            tasks: NUMBERS.map((id) => {
              return { id, title: `Task ${id}`, status: 'pending', dependencies: before(id), subtasks: [] };
            }),
          },
        },
        undefined,
        2,
      ),
    },
  },
  {
    name: 'beads',
    id: (n) => `bd-${n}`,
    done: /"status":"closed"/g,
    files: {
      '.beads/issues.jsonl': NUMBERS.map((n) =>
        JSON.stringify({
          id: `bd-${n}`,
          title: `Issue ${n}`,
          status: 'open',
          priority: 2,
          issue_type: 'task',
          updated_at: '2026-01-01T00:00:00Z',
          dependencies: before(n).map((on) => ({
            issue_id: `bd-${n}`,
            depends_on_id: `bd-${on}`,
            type: 'blocks',
          })),
        }),
      )
        .map((line) => `${line}\n`)
        .join(''),
    },
  },
  {
    name: 'spec-kit',
    id: (n) => `T${String(n).padStart(3, '0')}`,
    done: /^- \[X\] T/gm,
    files: {
      'specs/001-menu/tasks.md': `# Tasks: Menu\n\n${[0, 1, 2, 3]
        .map((phase) => {
          const lines = NUMBERS.slice((phase * COUNT) / 4, ((phase + 1) * COUNT) / 4).map(
            (n) => `- [ ] T${String(n).padStart(3, '0')} [P] [US1] Write part ${n} in src/part${n}.ts\n`,
          );
          return `## Phase ${phase + 1}: Part\n\n${lines.join('')}`;
        })
        .join('\n')}`,
    },
  },
  {
    name: 'openspec',
    id: (n) => `add-menu/${n}`,
    done: /^- \[x\] /gm,
    files: {
      'openspec/changes/add-menu/tasks.md': NUMBERS.map(
        (n) => `## ${n}. Section ${n}\n\n- [ ] ${n}.1 Write part ${n}\n\n`,
      ).join(''),
    },
  },
  {
    name: 'backlog-md',
    id: (n) => `TASK-${n}`,
    done: /^status: Done$/gm,
    files: {
      ...Object.fromEntries(
        NUMBERS.map((n) => [
          `backlog/tasks/task-${n} - Write-part-${n}.md`,
          `---\nid: TASK-${n}\ntitle: Write part ${n}\nstatus: To Do\ndependencies: [${before(n)
            .map((on) => `TASK-${on}`)
            .join(', ')}]\n---\n\n## Description\n\nPart ${n}.\n`,
        ]),
      ),
      'backlog/config.yml': 'project_name: "Menu"\nstatuses: ["To Do", "In Progress", "Done"]\n',
    },
  },
];

test.concurrent.for(SOURCES)(
  'the backlog of $name is worked through, with kill -9 in the middle; its states land with the work',
  async ({ files, id, done }, { onTestFinished }) => {
    const sandbox = await Sandbox.create([], { indexed: false, files, onTestFinished });
    const validated = await sandbox.sage('validate');
    expect([validated.exitCode, validated.stdout]).toEqual([
      0,
      expect.stringContaining(`${COUNT} tickets to do`),
    ]);

    const agent = `grep -q 'Ticket' || exit 1; echo done > "$(echo "$SAGE_TICKET_ID" | tr / -).txt"`;
    const running = sandbox.start(['stream', '--auto', '--json', '--parallel=3', '--agent-command', agent]);
    let completed = 0;
    running.stdout.on('data', (data: Buffer) => {
      completed += String(data).split('"ticket.completed"').length - 1;
      if (completed >= COUNT / 2) running.kill('SIGKILL');
    });
    await afterText(running.stdout, 'run.started');
    await running;
    expect(completed).toBeGreaterThanOrEqual(COUNT / 2);

    const resumed = await sandbox.stream(agent, '--parallel=3');
    expect([resumed.exitCode, resumed.exitCode === 0 ? '' : resumed.stderr]).toEqual([0, '']);
    const landed = sandbox.landings();
    expect(landed.map(({ ticket }) => ticket).toSorted()).toEqual(NUMBERS.map(id).toSorted());
    const texts = await Promise.all(Object.keys(files).map((path) => sandbox.read(path)));
    expect(texts.join('').match(done)).toHaveLength(COUNT);
    // Each landing carries the states, its own among them.
    for (const [index, { commit }] of landed.entries()) {
      const shown = Object.keys(files).map((path) => sandbox.git('show', `${commit}:${path}`));
      expect(shown.join('\n').match(done)?.length).toBeGreaterThan(index);
    }
    expect(sandbox.git('status', '--porcelain')).toBe('');
    const audit = await sandbox.queue('audit');
    expect([audit.exitCode, audit.stdout]).toEqual([0, expect.stringContaining('nothing is missing')]);
    const listed = JSON.parse((await sandbox.sage('list', '--json')).stdout) as { tickets: StreamEvent[] };
    expect(new Set(listed.tickets.map(({ state }) => state))).toEqual(new Set(['COMPLETED']));
  },
);

test('a backlog that git does not track is written in place; a wrong choice is one line', async () => {
  const [taskMaster, beads] = SOURCES as [Source, Source];
  const sandbox = await Sandbox.create([], {
    indexed: false,
    files: { '.gitignore': '.taskmaster\n', ...taskMaster.files, ...beads.files },
  });
  const two = await sandbox.sage('list');
  expect(two).toMatchObject({
    exitCode: 2,
    stderr: 'ERROR: there are backlogs of task-master and beads: choose one with --source task-master',
  });
  const run = await sandbox.stream(WRITE_OWN_FILE, '--source=task-master', '--only=1,2');
  expect(run.exitCode).toBe(0);
  const path = '.taskmaster/tasks/tasks.json';
  const expected = (taskMaster.files[path] ?? '')
    .replace('"pending"', '"done"')
    .replace('"pending"', '"done"');
  expect(await sandbox.read(path)).toBe(expected);
  for (const [args, message] of [
    [['--source', 'bead'], 'no such format: did you mean "beads"?'],
    [['--source', 'sage'], 'no ticket index'],
    [['--source', 'task-master', '--tag', 'x'], 'no tag "x"'],
    [['--source', 'task-master', '--unit', 'line'], 'no unit "line"'],
  ] as const) {
    const { exitCode, stderr } = await sandbox.sage('list', ...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(message) as string });
  }
});

test.concurrent.for(SOURCES)(
  'the backlog of $name becomes an index of Sage, and its states go back',
  async ({ name, files, done }, { onTestFinished }) => {
    const sandbox = await Sandbox.create([], { indexed: false, files, onTestFinished });
    const before = JSON.parse((await sandbox.sage('list', '--json')).stdout) as unknown;
    expect((await sandbox.sage('import', name)).stdout).toContain(`${COUNT} tickets of `);
    const after = JSON.parse((await sandbox.sage('list', '--json')).stdout) as unknown;
    expect(after).toEqual(before);
    expect((await sandbox.sage('import', name)).stderr).toContain('is there already');
    for (const [path, text] of Object.entries(files)) expect(await sandbox.read(path)).toBe(text);

    const index = await sandbox.read('.sage/tickets/index.json');
    await sandbox.write('.sage/tickets/index.json', index.replace('UNPROCESSED', 'COMPLETED'));
    const { stdout } = await sandbox.sage('export', name, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      v: 1,
      written: [expect.any(String)],
      unknown: [],
      unsaid: [],
    });
    const texts = await Promise.all(Object.keys(files).map((path) => sandbox.read(path)));
    expect(texts.join('').match(done)).toHaveLength(1);
    expect((await sandbox.sage('export', name)).stdout).toContain('0 states written');
  },
);

test('a tool that is set up and has no backlog yet is named with what makes one', async () => {
  const sandbox = await Sandbox.create([], { indexed: false, files: { '.taskmaster/config.json': '{}' } });
  for (const args of [['list'], ['stream', '--auto', '--agent-command', 'true'], ['validate']]) {
    const { exitCode, stderr } = await sandbox.sage(...args);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        "ERROR: there is .taskmaster/, but no .taskmaster/tasks/tasks.json: task-master parse-prd makes it; or begin with an index of Sage's own: sage init",
    });
  }
});

test('sage init and sage add leave the backlog of another tool the one that counts', async () => {
  const sandbox = await Sandbox.create([], { indexed: false, files: SOURCES[0]!.files });
  const { stdout } = await sandbox.sage('init');
  expect(stdout).toContain('the backlog of task-master is read as it is');
  const added = await sandbox.sage('add', 'More');
  expect([added.exitCode, added.stderr]).toEqual([
    2,
    expect.stringContaining('sage import task-master') as string,
  ]);
  expect((await sandbox.sage('list')).stdout).toContain(`Task ${COUNT}`);
});

test('files that other tools have beside their backlog make none, and agents may change them', async () => {
  const [taskMaster] = SOURCES as [Source];
  const files = {
    ...taskMaster.files,
    'openspec/changes/a/proposal.md': '# A\n',
    'specs/b/spec.md': '# B\n',
  };
  const sandbox = await Sandbox.create([], { indexed: false, files });
  const run = await sandbox.stream('echo more >> specs/b/spec.md', '--only=1');
  expect(run.exitCode).toBe(0);
  expect(await sandbox.read('specs/b/spec.md')).toBe('# B\nmore\n');
});

test('an audit knows the states of each backlog that runs have used, also where their files have moved since', async () => {
  const [taskMaster, , , , backlogMd] = SOURCES as [Source, Source, Source, Source, Source];
  const files = { ...taskMaster.files, ...backlogMd.files };
  const sandbox = await Sandbox.create([], { indexed: false, files });
  for (const [source, id] of [
    ['task-master', '1'],
    ['backlog-md', 'TASK-1'],
  ] as const)
    expect((await sandbox.stream(WRITE_OWN_FILE, `--source=${source}`, `--only=${id}`)).exitCode).toBe(0);
  await sandbox.write('backlog/completed/.gitkeep', '');
  const name = 'task-1 - Write-part-1.md';
  sandbox.git('mv', `backlog/tasks/${name}`, `backlog/completed/${name}`);
  sandbox.git('commit', '--quiet', '--message=tidy up');
  const audit = await sandbox.queue('audit');
  expect([audit.exitCode, audit.stdout]).toEqual([0, expect.stringContaining('nothing is missing')]);
});

test('every command that reads the backlog goes by the configuration, and by what is typed before it', async () => {
  const [taskMaster, , , , backlogMd] = SOURCES as [Source, Source, Source, Source, Source];
  const files = { ...taskMaster.files, ...backlogMd.files, 'sage.config.yaml': 'source: backlog-md\n' };
  const sandbox = await Sandbox.create([], { indexed: false, files });
  expect((await sandbox.sage('list')).stdout).toContain('TASK-1 ');
  expect((await sandbox.sage('list', '--source=task-master')).stdout).not.toContain('TASK-1 ');
  expect((await sandbox.sage('show', 'TASK-4')).stdout).toContain('TASK-1');
  expect((await sandbox.sage('graph')).stdout).toContain('TASK-1');
  expect((await sandbox.sage('next')).stdout).toContain('TASK-1');
  const run = await sandbox.stream(WRITE_OWN_FILE, '--source=task-master', '--only=1');
  expect(run.exitCode).toBe(0);
  expect((await sandbox.sage('report', '--source=task-master')).stdout).toContain('Task 1');
});

test('sage plan writes the order that a list implies into an index, where it can be edited', async () => {
  const specKit = SOURCES.find(({ name }) => name === 'spec-kit')!;
  const sandbox = await Sandbox.create([], { indexed: false, files: specKit.files });
  const planned = await sandbox.sage('plan');
  expect(planned.exitCode).toBe(0);
  expect(planned.stdout).toMatch(/^the order of specs\/001-menu\/tasks\.md alone makes \d+ dependencies/m);
  const path = '.sage/tickets/index.json';
  const index = JSON.parse(await sandbox.read(path)) as {
    tickets: { id: string; dependencies?: string[] }[];
  };
  expect(index.tickets.at(-1)?.dependencies).not.toEqual([]);
  // A person takes out what need not wait.
  for (const ticket of index.tickets) delete ticket.dependencies;
  await sandbox.write(path, JSON.stringify(index));
  expect((await sandbox.sage('stream', '--dry-run', '--auto', `--parallel=${COUNT}`)).stdout).toContain(
    'in 1 batch',
  );
  expect((await sandbox.sage('plan')).stderr).toContain('sage is the index itself');
});

test('sage init writes no index where two other tools have a backlog, and says how to choose', async () => {
  const [taskMaster, beads] = SOURCES as [Source, Source];
  const sandbox = await Sandbox.create([], {
    indexed: false,
    files: { ...taskMaster.files, ...beads.files },
  });
  const { exitCode, stdout } = await sandbox.sage('init');
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    'the backlogs of task-master and beads are read as they are: --source says which one',
  );
  expect((await sandbox.sage('list', '--source=beads')).exitCode).toBe(0);
});
