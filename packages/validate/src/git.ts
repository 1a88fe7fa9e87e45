import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface GitResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Which files hold the user's settings is the user's choice. */
const KEPT = new Set(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM']);

/** Runs git in `root` for reading only; `undefined` where there is no git. */
export async function runGit(
  root: string,
  args: readonly string[],
  input = '',
): Promise<GitResult | undefined> {
  // A hook that runs Sage sets GIT_DIR and GIT_INDEX_FILE, which would show another repository.
  const foreign = Object.keys(process.env).filter((name) => name.startsWith('GIT_') && !KEPT.has(name));
  const environment = { ...process.env, ...Object.fromEntries(foreign.map((name) => [name, undefined])) };
  const child = spawn('git', ['-c', 'core.fsmonitor=false', ...args], {
    cwd: root,
    env: {
      ...environment,
      LC_ALL: 'C',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_NO_LAZY_FETCH: '1',
      GIT_TERMINAL_PROMPT: '0',
    },
    stdio: 'pipe',
  });
  // Git may end before it has read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<number | null | Error>((resolve) => {
    child.on('error', resolve);
    child.on('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return code instanceof Error ? undefined : { code, stdout, stderr };
}
