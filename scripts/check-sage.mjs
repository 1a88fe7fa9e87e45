// Installs `dist/sage-*.tgz` as a user would, into an empty folder and without any registry, and has it work through a backlog.
// Needs `node scripts/pack.mjs` before. Ends with "1 passed, 0 failed" or "0 passed, 1 failed".
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const project = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'sage-installed-'));
const [home, root] = ['home', 'repository'].map((name) => join(folder, name));
const env = { PATH: process.env.PATH, HOME: home, SHELL: '/bin/sh', GIT_CONFIG_NOSYSTEM: '1' };
const run = (program, ...args) =>
  execFileSync(program, args, { cwd: root, env, encoding: 'utf8', stdio: 'pipe' });
try {
  mkdirSync(home);
  mkdirSync(join(root, '.sage/tickets'), { recursive: true });
  // As README names the file: npm takes some paths for a repository elsewhere.
  const readme = readFileSync(join(project, 'README.md'), 'utf8');
  const [, tarball] = /^npm install --global (\S+)/m.exec(readme) ?? [];
  const install = `npm install --offline --global --prefix "$1" ${tarball}`;
  execFileSync('sh', ['-c', install, 'sh', folder], { cwd: project, env, encoding: 'utf8', stdio: 'pipe' });
  const sage = (...args) => run(process.execPath, join(folder, 'lib/node_modules/sage/bin/sage.js'), ...args);
  const tickets = ['A-1', 'A-2'].map((id) => ({ id, title: id, state: 'UNPROCESSED' }));
  writeFileSync(join(root, '.sage/tickets/index.json'), JSON.stringify({ version: '1.0', tickets }));
  writeFileSync(join(root, 'sage.config.mjs'), "export default { verify: 'true' };\n");
  run('git', 'init', '--quiet', '--initial-branch=work');
  run('git', 'add', '--all');
  run('git', '-c', 'user.name=U', '-c', 'user.email=u@example.org', 'commit', '--quiet', '--message=first');
  for (const args of [['--version'], ['trust'], ['validate'], ['graph'], ['stream', '--dry-run']])
    sage(...args);
  const agent = 'echo done > "$SAGE_TICKET_ID.txt"';
  const told = sage('stream', '--auto', '--parallel=2', '--agent-command', agent);
  if (!told.includes('2 completed')) throw new Error(told);
  for (const args of [['status'], ['queue', 'audit'], ['clean', '--json']]) sage(...args);
  console.log('1 passed, 0 failed');
} catch (error) {
  console.log(`${error.stdout ?? ''}${error.stderr ?? ''}${error.message}\n0 passed, 1 failed`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
