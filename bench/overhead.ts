// What Sage costs beside the work: tickets of no work, and a shell script that does the least for the same result.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backlogRepository, stream } from './repository.ts';

const TICKETS = Number(process.env['SAGE_BENCH_TICKETS'] ?? 120);
const WORKERS = 8;
const FILES = 5_000;

/** A worktree, a commit and a merge for each ticket, WORKERS at a time; merges one after the other. */
const SCRIPT = `
work() {
  git worktree add --quiet --detach ".git/w-$1" work
  (cd ".git/w-$1" && echo x > "f-$1" && git add --all && git commit --quiet --message "ticket $1")
  commit=$(git -C ".git/w-$1" rev-parse HEAD)
  flock .git/merge.lock git merge --quiet --no-edit "$commit"
  git worktree remove --force ".git/w-$1"
}
export -f work
seq ${TICKETS} | xargs -P ${WORKERS} -I{} bash -c 'for n in 1 2 3 4 5; do work {} && break; done'
`;

export async function overhead(): Promise<string[]> {
  const script = await timedScript();
  const sage = await timedSage();
  const row = (name: string, seconds: number, processes: string) =>
    `| ${name} | ${(TICKETS / seconds).toFixed(1)} | ${processes} |`;
  return [
    `${TICKETS} tickets of no work, ${WORKERS} workers, ${FILES} files`,
    '',
    '| | landed/s | processes of git a ticket |',
    '|---|---|---|',
    row('`git worktree add`, commit, `git merge` in a script', script, ''),
    row('`sage stream`', sage.seconds, sage.processes.toFixed(1)),
    `| ratio | ${(script / sage.seconds).toFixed(2)} | |`,
  ];
}

function repository() {
  const made = backlogRepository(TICKETS);
  for (let n = 0; n < FILES; n += 1) {
    const folder = join(made.root, `src/${n % 250}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${n}.ts`), `export const n${n} = ${n};\n`.repeat(20));
  }
  made.git('config', 'user.name', 'Bench');
  made.git('config', 'user.email', 'bench@example.org');
  made.git('add', '--all');
  made.git('commit', '--quiet', '--message=files');
  return made;
}

async function timedScript(): Promise<number> {
  const { root, git, remove } = repository();
  const started = performance.now();
  const child = spawn('bash', ['-c', SCRIPT], { cwd: root, stdio: 'ignore' });
  await once(child, 'exit');
  const seconds = (performance.now() - started) / 1000;
  const landed = git('ls-files', 'f-*').split('\n').length;
  remove();
  if (landed !== TICKETS) throw new Error(`the script landed ${landed} of ${TICKETS}`);
  return seconds;
}

async function timedSage(): Promise<{ seconds: number; processes: number }> {
  const { root, git, remove } = repository();
  const room = realpathSync(mkdtempSync(join(tmpdir(), 'sage-bench-trace-')));
  const [trace, settings] = [join(room, 'trace'), join(room, 'gitconfig')];
  mkdirSync(trace);
  const { seconds, exitCode } = await stream(root, 'echo x > "f-$SAGE_TICKET_ID"', `--parallel=${WORKERS}`);
  const landed = git('ls-files', 'f-*').split('\n').length;
  remove();
  if (exitCode !== 0 || landed !== TICKETS)
    throw new Error(`exit ${exitCode}, ${landed} of ${TICKETS} landed`);
  // Counting costs time, so a second run is counted: git reports each of its processes.
  const counted = repository();
  execFileSync('git', ['config', '--file', settings, 'trace2.eventTarget', trace]);
  const before = process.env['GIT_CONFIG_GLOBAL'];
  process.env['GIT_CONFIG_GLOBAL'] = settings;
  await stream(counted.root, 'echo x > "f-$SAGE_TICKET_ID"', `--parallel=${WORKERS}`);
  if (before === undefined) delete process.env['GIT_CONFIG_GLOBAL'];
  else process.env['GIT_CONFIG_GLOBAL'] = before;
  const starts = readdirSync(trace).reduce(
    (sum, name) => sum + readFileSync(join(trace, name), 'utf8').split('"event":"start"').length - 1,
    0,
  );
  counted.remove();
  rmSync(room, { recursive: true });
  return { seconds, processes: starts / TICKETS };
}
