import { execFile } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { helperProgram } from '@sage/git';
import { SourceError } from '../../errors.ts';

/** A tool that talks to a server may hang. */
const TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 2 ** 28;
/** Variables that every program needs. A tool does not get the keys of other programs. */
const USUAL =
  /^(HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|TERM|NO_COLOR|XDG_.*|SSL_CERT_(FILE|DIR)|(?:https?|all|no)_proxy)$/i;

export interface Tool {
  readonly name: string;
  /** Names of the tool's own variables. */
  readonly variables: RegExp;
  /** Where a person can get it. */
  readonly address: string;
}

/**
 * Runs the tool of another backlog in a repository, and returns its output.
 * @throws {SourceError} if it is not installed, or with the last line of its error output.
 */
export function runTool(root: string, tool: Tool, args: readonly string[]): Promise<string> {
  const { name, variables, address } = tool;
  const { program, path } = helperProgram(name, [root]);
  if (!isAbsolute(program)) throw new SourceError(`${name} is not installed: see ${address}`);
  const environment = Object.entries(process.env).filter(([key]) => USUAL.test(key) || variables.test(key));
  const options = {
    cwd: root,
    env: { ...Object.fromEntries(environment), PATH: path },
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
  };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const said = (stderr.trim() || error.message).split('\n').at(-1);
      reject(new SourceError(`${name} ${args[0]}: ${said}`, { cause: error }));
    });
  });
}
