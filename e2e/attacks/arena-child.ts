// Plays attacks in the arena of the first argument, and prints a line for each: what it has reached. The second argument
// says how: see `Play`. It is handed over to an ordinary user after everything is imported.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository, resolveCommit } from '@sage/git';
import { becomeOrdinaryUser } from '@sage/test-support/ordinary-user';
import { KNOWN_AGENTS, openWorkers } from '@sage/workers';
import { type Arena, fingerprint, plantPrograms, restore, SECRET, serve, write } from './arena.ts';
import type { Attack } from './attack.ts';
import { ATTACKS } from './attacks.ts';

/** How attacks are played. */
export interface Play {
  readonly user: 'root' | 'user';
  readonly sandbox: boolean;
  readonly network: boolean;
  readonly attacks: readonly string[];
}

const [folder = '', how = '{}'] = process.argv.slice(2);
const play = JSON.parse(how) as Play;
if (play.user === 'user') becomeOrdinaryUser();

const arena: Arena = {
  home: join(folder, 'home'),
  root: join(folder, 'checkout'),
  scripts: join(folder, 'home/.cache/scripts'),
  temporary: process.env['ARENA_TMP'] ?? folder,
};
const run = `attacks-${process.pid}`;
const path = process.env['PATH'] ?? '';

const git = (...args: string[]) => execFileSync('git', args, { cwd: arena.root });
write(join(arena.root, 'README.md'), 'hello\n');
write(join(arena.root, '.gitignore'), 'node_modules\nbin\ncopied\n');
write(join(arena.root, '.sage/tickets/index.json'), '{"tickets": []}\n');
write(join(arena.root, 'tools/clean.sh'), '#!/bin/sh\ncat\n');
chmodSync(join(arena.root, 'tools/clean.sh'), 0o755);
write(join(arena.scripts, 'none'), '');
git('init', '--quiet', '--initial-branch=main');
git('config', 'user.name', 'Una');
git('config', 'user.email', 'una@example.org');
git('config', 'filter.arena.clean', 'tools/clean.sh');
git('remote', 'add', 'origin', `https://una:${SECRET}@git.example.org/x`);
git('add', '--all');
git('commit', '--quiet', '--message=first');
write(join(arena.root, 'copied'), 'copied\n');
write(join(arena.home, 'none'), '');
const { port, close } = await serve(arena, run);
const victim = spawn('sleep', ['1000'], { env: { SECRET } });
process.env['PATH'] = plantPrograms(arena, path);

const variables: NodeJS.ProcessEnv = {
  PATH: path,
  HOME: arena.home,
  SHELL: '/bin/sh',
  GITHUB_TOKEN: SECRET,
  AWS_SECRET_ACCESS_KEY: SECRET,
  'npm_config_//registry.example.org/:_authToken': SECRET,
  SSH_AUTH_SOCK: join(arena.temporary, 'session.sock'),
  ARENA_ROOT: arena.root,
  ARENA_SCRIPTS: arena.scripts,
  ARENA_TMP: arena.temporary,
  ARENA_NODE: process.execPath,
  ARENA_PID: String(victim.pid),
  ARENA_PORT: String(port),
  ARENA_ABSTRACT: run,
};
const script = (as: NonNullable<Attack['as']>) =>
  `f="$ARENA_SCRIPTS/$SAGE_TICKET_ID-$SAGE_ATTEMPT.${as}"; if [ -f "$f" ]; then . "$f"; echo attack-ran; fi`;
const CLAUDE = KNOWN_AGENTS.find(({ name }) => name === 'claude');
const repository = await openRepository(arena.root);
const base = (await resolveCommit(repository, 'HEAD')) ?? '';
const workers = await openWorkers({
  repository,
  agent: { name: 'test', command: script('agent'), metered: false, state: CLAUDE?.state ?? [] },
  timeout: 60_000,
  protectedPaths: ['.sage/tickets/index.json', '.sage/runs'],
  variables,
  environment: ['ARENA_*'],
  secrets: ['AWS_SECRET_ACCESS_KEY'],
  worktrees: { copy: ['copied'], setup: script('setup'), teardown: script('teardown') },
  ...(play.sandbox && { sandbox: { network: play.network } }),
});

/** What an attack has come to; nothing where it has reached nothing. */
async function attempt({ as = 'agent', ...attack }: Attack, number: number): Promise<string[]> {
  restore(arena);
  const ticket = `T-${number}`;
  write(join(arena.scripts, `${ticket}-1.${as}`), attack.script);
  const before = fingerprint(arena);
  const check = {
    name: 'check',
    command: script('check'),
    retries: 0,
    otherwise: 'fail',
    category: 'agent_failed',
  } as const;
  const request = (attempt: number) => ({
    run,
    worker: 1,
    attempt,
    base,
    message: 'm',
    ticket: { id: ticket, title: ticket, type: 't', component: 'c', checks: [check] },
  });
  // Whatever else the agent needs to be done with.
  if (as !== 'agent') write(join(arena.scripts, `${ticket}-1.agent`), 'echo x > x');
  const result = await workers.run(request(1));
  const logs = join(arena.root, '.sage/runs', run, ticket, '1');
  const wrong: string[] = [];
  const log = as === 'agent' ? 'output.log' : as === 'check' ? 'check-1-1.log' : `${as}.log`;
  if (!textOf(join(logs, log)).includes('attack-ran')) wrong.push(`did not run: ${JSON.stringify(result)}`);
  // What it has planted would work now.
  write(join(arena.scripts, `${ticket}-2.agent`), 'echo again > again');
  await workers.run(request(2));
  await workers.check({ run, command: 'true', commit: result.commit ?? base });
  if (result.changedFiles.includes('reached')) wrong.push('reached its aim');
  if (
    JSON.stringify(result).includes(SECRET) ||
    filesBelow(logs).some((file) => textOf(file).includes(SECRET))
  )
    wrong.push('a secret is in what Sage keeps');
  const after = fingerprint(arena);
  wrong.push(...after.filter((line) => !before.includes(line)).map((line) => `new: ${line}`));
  wrong.push(...before.filter((line) => !after.includes(line)).map((line) => `gone: ${line}`));
  return wrong;
}

function filesBelow(top: string): string[] {
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

const chosen = new Set(play.attacks);
for (const [number, attack] of ATTACKS.entries()) {
  if (!chosen.has(attack.name)) continue;
  const wrong = await attempt(attack, number).catch((error: unknown) => [String(error)]);
  console.log(JSON.stringify({ name: attack.name, wrong }));
}
victim.kill();
close();
await workers.close();
