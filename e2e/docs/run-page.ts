import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Command, Page } from './page.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What the pages call the folder of their user. */
const HOME = '/home/una';
const LIMIT_MS = 100_000;
/** Between the output of a command and its exit code. */
const MARK = '\u001E';

/**
 * Runs the commands of a page one after the other in one shell, in a new repository, with a scripted stand-in for Claude Code.
 * @returns the output of each command
 */
export async function runPage(page: Page): Promise<string[]> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sage-docs-')));
  try {
    return await runIn(folder, page);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runIn(folder: string, { repository, parts }: Page): Promise<string[]> {
  const [home, bin, from] = [
    join(folder, 'una'),
    join(folder, 'bin'),
    join(import.meta.dirname, 'repositories', repository),
  ];
  await mkdir(join(folder, 'started'), { recursive: true });
  await cp(join(from, 'files'), join(home, repository), { recursive: true });
  await mkdir(bin);
  // Nothing else of the machine: other agents that are installed would be found.
  for (const name of ['git', 'npm']) await symlink(await pathOf(name), join(bin, name));
  await symlink(process.execPath, join(bin, 'node'));
  await program(join(bin, 'sage'), [join(ROOT, 'apps/cli/bin/sage.js')]);
  const claude = [join(import.meta.dirname, 'claude.mjs'), join(from, 'work.json'), folder];
  // It is asked for by nearly each command, and a shell answers ten times as fast.
  const version = `test "$*" != --version || { echo '2.1.330 (Claude Code)'; exit; }\n`;
  await program(join(bin, 'claude'), claude, version);
  await writeFile(join(folder, 'repository'), join(home, repository));
  await mkdir(join(home, '.claude'), { recursive: true });
  await writeFile(join(home, '.claude/.credentials.json'), '{}');
  const identity = '[user]\nname = Una\nemail = una@example.org\n[init]\ndefaultBranch = main\n';
  await writeFile(join(home, '.gitconfig'), `${identity}[advice]\ndetachedHead = false\n`);

  const commands = parts.filter((part) => typeof part !== 'string');
  const lines = commands.map(
    ({ line, shown }) =>
      `${shown === undefined ? `set -e\n${line}\nset +e` : line}\nprintf '\\n${MARK}%s${MARK}' "$?"`,
  );
  const begin = 'git init --quiet && git add --all && git commit --quiet --message="The beginning"';
  await writeFile(join(folder, 'page.sh'), ['exec 2>&1', begin, ...lines, ''].join('\n'));
  // A group of its own: what a page has left running ends with it.
  const shell = execa('sh', [join(folder, 'page.sh')], {
    detached: true,
    cwd: join(home, repository),
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: home,
      GIT_CONFIG_NOSYSTEM: '1',
      SHELL: '/bin/sh',
      TZ: 'UTC',
      NODE_COMPILE_CACHE: join(tmpdir(), 'sage-e2e-compiled'),
    },
    extendEnv: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    reject: false,
  });
  const end = () => shell.pid !== undefined && process.kill(-shell.pid, 'SIGKILL');
  const limit = setTimeout(end, LIMIT_MS);
  const { stdout } = await shell;
  clearTimeout(limit);
  return outputs(stdout.replaceAll(home, HOME).replaceAll(bin, '/usr/local/bin'), commands);
}

function outputs(printed: string, commands: readonly Command[]): string[] {
  const parts = printed.split(MARK);
  return commands.map(({ line }, at) => {
    const [output, exitCode] = [parts[2 * at], parts[2 * at + 1]];
    if (output === undefined || exitCode === undefined)
      throw new Error(`failed, or not ended: ${line}\n${output ?? ''}`);
    return output.trimEnd();
  });
}

async function pathOf(name: string): Promise<string> {
  const { stdout } = await execa('sh', ['-c', 'command -v "$1"', 'sh', name]);
  return realpath(stdout);
}

/** A program of the page's PATH, which is a script of Node. */
async function program(path: string, script: readonly string[], first = ''): Promise<void> {
  const words = [process.execPath, ...script].map((word) => `'${word}'`).join(' ');
  await writeFile(path, `#!/bin/sh\n${first}exec ${words} "$@"\n`);
  await chmod(path, 0o755);
}

/** The text of a page, by its path from the top of the project. */
export function pageText(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}
