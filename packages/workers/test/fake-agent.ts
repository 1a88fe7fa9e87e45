// A command-line agent that does as its ticket's title says, and prints events as Claude Code does. Its argument names files
// that it remembers by.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ticket = process.env['SAGE_TICKET_ID'] ?? 'T';
const state = process.argv[2] ?? join(process.cwd(), '.fake-agent');
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=f', '-c', 'user.email=f@f', ...args], { encoding: 'utf8' }).trim();
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);
const usage = { input_tokens: 100, output_tokens: 20 };
const done = (more: object = {}) =>
  say({
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: 'Done',
    session_id: 's-1',
    usage,
    total_cost_usd: 0.01,
    ...more,
  });
const work = (name = 'work') => {
  mkdirSync(name, { recursive: true });
  writeFileSync(join(name, `${ticket.replaceAll(/[^\w-]/g, '_')}.txt`), `${ticket}\n`);
};
const forever = () => setInterval(() => {}, 1_000_000);

/** The failures that agents were seen with, by name. */
const ACTS: Readonly<Record<string, () => void>> = {
  ok() {
    say({ type: 'system', subtype: 'init', session_id: 's-1' });
    work();
    done();
  },
  hang() {
    say({ type: 'system', subtype: 'init', session_id: 's-1' });
    work();
    forever();
  },
  flood() {
    const line = `${'x'.repeat(1000)}\n`.repeat(1000);
    for (let n = 0; n < 20; n += 1) process.stdout.write(line);
    work();
    done();
  },
  'half-line'() {
    work();
    process.stdout.write('{"type":"result","subtype":"succ');
  },
  'no-output'() {
    process.exit(1);
  },
  'ignore-signals'() {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
    work();
    forever();
  },
  'double-fork'() {
    // Away from the process group, from the terminal, and from its parent.
    const forget = ['-c', 'setsid sleep 1000 & setsid sh -c "sleep 1001 & sleep 1002" &'];
    spawn('/bin/sh', forget, { detached: true, stdio: 'ignore' }).unref();
    work();
    done();
  },
  'delete-worktree'() {
    rmSync(process.cwd(), { recursive: true, force: true });
  },
  'other-branch'() {
    git('checkout', '-q', '-b', `mine-${process.pid}`);
    work();
    git('add', '--all');
    git('commit', '-qm', 'on a branch of my own');
    done();
  },
  'stash-and-pop'() {
    work();
    git('add', '--all');
    git('stash', '-q');
    git('stash', 'pop', '-q');
    done();
  },
  'left-stash'() {
    work('aside');
    git('add', '--all');
    git('stash', '-q');
    work();
    done();
  },
  gc() {
    work();
    git('gc', '-q', '--prune=now');
    git('worktree', 'prune', '--expire=now');
    done();
  },
  'delete-git'() {
    work();
    rmSync('.git', { recursive: true });
    done();
  },
  pipes() {
    work();
    rmSync('.gitignore', { force: true });
    execFileSync('mkfifo', ['.gitignore', 'work/pipe', process.env['SAGE_RESULT_FILE'] ?? '']);
    done();
  },
  'read-only-tree'() {
    work();
    mkdirSync('cache/pkg', { recursive: true });
    writeFileSync('cache/.gitignore', '*\n');
    writeFileSync('cache/pkg/a', 'a');
    execFileSync('chmod', ['-R', 'a-w', 'cache']);
    done();
  },
  'deep-path'() {
    work();
    const top = process.cwd();
    for (let n = 0; n < 40; n += 1) {
      mkdirSync('d'.repeat(200));
      process.chdir('d'.repeat(200));
    }
    process.chdir(top);
    done();
  },
  unreadable() {
    work();
    mkdirSync('locked/inner', { recursive: true });
    execFileSync('chmod', ['0', 'locked']);
    done();
  },
  'long-reason'() {
    const reason = 'because '.repeat(100_000);
    writeFileSync(process.env['SAGE_RESULT_FILE'] ?? '', JSON.stringify({ outcome: 'DEFERRED', reason }));
    done();
  },
  'write-hooks'() {
    // Its own repository's, and the user's, by path.
    for (const repository of ['.git', join(git('remote', 'get-url', 'origin'), '.git')]) {
      mkdirSync(join(repository, 'hooks'), { recursive: true });
      const hook = `#!/bin/sh\necho "$0 in $PWD" >> '${state}.hook-ran'\nexit 1\n`;
      for (const name of ['pre-commit', 'post-checkout', 'reference-transaction'])
        writeFileSync(join(repository, 'hooks', name), hook, { mode: 0o755 });
    }
    work();
    done();
  },
  'full-disk'() {
    // As a quota: what is written is cut off, and the agent does not see why.
    try {
      execFileSync('/bin/sh', ['-c', 'ulimit -f 8; head -c 100000 /dev/zero > big.bin'], { stdio: 'pipe' });
    } catch {
      rmSync('big.bin', { force: true });
      say({
        type: 'result',
        subtype: 'success',
        is_error: true,
        result: 'ENOSPC: no space left on device',
        usage,
      });
    }
  },
  'change-index'() {
    const index = '.sage/tickets/index.json';
    if (existsSync(index))
      writeFileSync(index, readFileSync(index, 'utf8').replaceAll('UNPROCESSED', 'COMPLETED'));
    work();
    done();
  },
  'limit-then-ok'() {
    mkdirSync(dirname(state), { recursive: true });
    const first = !existsSync(`${state}.limited`);
    appendFileSync(`${state}.limited`, `${ticket}\n`);
    if (!first) return ACTS['ok']?.();
    done({ is_error: true, result: 'This request would exceed your rate limit.', api_error_status: 429 });
  },
  'full-disk-then-ok'() {
    mkdirSync(dirname(state), { recursive: true });
    appendFileSync(`${state}.filled`, 'again\n');
    if (readFileSync(`${state}.filled`, 'utf8').split('\n').length > 3) return ACTS['ok']?.();
    return ACTS['full-disk']?.();
  },
  lie() {
    done({ result: 'All done, all tests pass.' });
  },
  denied() {
    done({ permission_denials: [{ tool_name: 'Write' }] });
  },
  'fail-then-ok'() {
    if (process.env['SAGE_ATTEMPT'] !== '1') return ACTS['ok']?.();
    process.exitCode = 1;
  },
};

// By the ticket's title, so that each ticket of a backlog has an act of its own.
const { title } = JSON.parse(readFileSync(process.env['SAGE_TICKET_FILE'] ?? '', 'utf8')) as {
  title: string;
};
const act = ACTS[title];
if (!act) throw new Error(`no act ${title}: one of ${Object.keys(ACTS).join(', ')}`);
act();
