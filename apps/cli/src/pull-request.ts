import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAbsolute } from 'node:path';
import { git, helperProgram, type Repository } from '@sage/git';
import { PullRequestError, UsageError } from './errors.ts';

export interface PullRequest {
  /** Short names of branches. */
  readonly base: string;
  readonly head: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  /** The remote that `head` is pushed to. */
  readonly remote: string;
}

/** GitHub's limit, in characters. */
const MAX_BODY_CHARACTERS = 65_000;

/** The remote of a branch: its configured one, otherwise `origin`. */
export async function remoteOf(repository: Repository, branch: string): Promise<string> {
  const own = await git(repository, ['config', '--get', `branch.${branch}.remote`], { allowExit: [1] });
  return own === '' ? 'origin' : own;
}

/**
 * Pushes the branch and opens a pull request for it. If there is one already, replaces its text. Returns its address.
 * @throws {UsageError} if gh is not installed: nothing was changed.
 * @throws {PullRequestError} with the last message of gh or git.
 */
export async function openPullRequest(repository: Repository, request: PullRequest): Promise<string> {
  const { root } = repository;
  const { base, head, title, remote } = request;
  const body = fitted(request.body);
  if (!isAbsolute(helperProgram('gh', [root]).program))
    throw new UsageError(
      `gh is not installed (https://cli.github.com): git push ${remote} ${head}, and open a pull request with what sage report --format=md prints`,
    );
  // Before anything is pushed, because this also checks that the user is signed in.
  const found = await gh(root, ['pr', 'view', head, '--json', 'url,state']);
  if (found.code !== 0 && !/no pull requests? found/i.test(found.stderr)) throw failed('gh', found.stderr);
  await push(root, remote, head);
  const open = found.code === 0 ? openAddress(found.stdout) : undefined;
  const args =
    open === undefined
      ? ['pr', 'create', '--head', head, '--base', base, '--title', title, '--body-file', '-']
      : ['pr', 'edit', head, '--body-file', '-'];
  const done = await gh(root, args, body);
  if (done.code !== 0) throw failed('gh', done.stderr);
  return open ?? done.stdout.trim().split('\n').at(-1) ?? '';
}

function openAddress(json: string): string | undefined {
  const { url, state } = JSON.parse(json) as { url?: unknown; state?: unknown };
  return state === 'OPEN' && typeof url === 'string' ? url : undefined;
}

async function push(root: string, remote: string, branch: string): Promise<void> {
  const { program, path } = helperProgram('git', [root]);
  const ref = `refs/heads/${branch}`;
  const child = spawn(program, ['push', '--set-upstream', '--', remote, `${ref}:${ref}`], {
    cwd: root,
    env: { ...process.env, PATH: path },
    // git may ask for a password. Its stdout goes to stderr, because stdout belongs to this command.
    stdio: ['inherit', 2, 2],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new PullRequestError(`${branch} could not be pushed to ${remote}: see what git says`);
}

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function gh(root: string, args: readonly string[], input = ''): Promise<Said> {
  const { program, path } = helperProgram('gh', [root]);
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { cwd: root, env: { ...process.env, PATH: path, GH_PROMPT_DISABLED: '1' } },
      (error, stdout, stderr) =>
        resolve({ code: error ? 1 : 0, stdout, stderr: stderr || (error?.message ?? '') }),
    );
    // The program may end without reading its stdin.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function failed(program: string, stderr: string): PullRequestError {
  const said = stderr.trim().split('\n').at(-1);
  return new PullRequestError(`${program}: ${said || 'it failed'}`);
}

function fitted(body: string): string {
  if (body.length <= MAX_BODY_CHARACTERS) return body;
  const rest = '\n\nThe report is longer: sage report --format=md has all of it.\n';
  const cut = body.slice(0, MAX_BODY_CHARACTERS - rest.length);
  return `${cut.slice(0, cut.lastIndexOf('\n'))}${rest}`;
}
