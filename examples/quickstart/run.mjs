// A whole run to look at: a repository in a temporary folder, a backlog of nine tickets, a scripted agent.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const sage = join(import.meta.dirname, '../../apps/cli/bin/sage.js');
const agent = join(import.meta.dirname, 'agent.mjs');
const repository = realpathSync(mkdtempSync(join(tmpdir(), 'sage-quickstart-')));
const git = (...args) =>
  execFileSync(
    'git',
    ['-C', repository, '-c', 'user.name=You', '-c', 'user.email=you@example.org', ...args],
    { encoding: 'utf8' },
  );
const say = (text) => console.log(`\n\u{2500}\u{2500} ${text}\n`);

git('init', '--quiet', '--initial-branch=main');
mkdirSync(join(repository, '.sage/tickets'), { recursive: true });
copyFileSync(join(import.meta.dirname, 'backlog.json'), join(repository, '.sage/tickets/index.json'));
writeFileSync(join(repository, 'README.md'), '# Corner Bakery\n');
git('add', '--all');
git('commit', '--quiet', '--message=chore: an empty site and its backlog');

say(`A git repository with 9 tickets: ${repository}`);
const run = (...args) => {
  console.log(`$ sage ${args.join(' ')}`);
  return spawnSync(process.execPath, [sage, ...args.slice(0, 1), '-C', repository, ...args.slice(1)], {
    stdio: 'inherit',
  }).status;
};
run('stream', '--dry-run');

say('The run: three workers; SITE-007 fails on purpose, SITE-003 and SITE-004 edit the same file');
const agentCommand = `${JSON.stringify(process.execPath)} ${JSON.stringify(agent)}`;
const status = run('stream', '--auto', '--parallel=3', '--agent-command', agentCommand);

say('What landed: git log --graph');
console.log(git('log', '--graph', '--oneline', '--all', '--decorate'));
say('Where to look next');
console.log(`The repository     cd ${repository}
A ticket's commit  git show --stat
An agent's output  .sage/runs/*/SITE-001/1/output.log
Every event        .sage/runs/*/journal.jsonl
Your own backlog   README.md, "Your own backlog, in five minutes"`);

// One ticket is deferred and one is blocked, so the run itself ends with 1.
process.exitCode = status === 1 ? 0 : 1;
