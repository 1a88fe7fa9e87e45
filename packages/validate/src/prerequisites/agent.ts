import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Finding } from '../finding.ts';
import { inQuotes } from '../finding.ts';

export interface AgentProgram {
  readonly name: string;
  /** Looked up on PATH, or relative to the top of the repository if it contains a slash. */
  readonly program: string;
  readonly version?: string;
  /** Whether it has credentials, if known. */
  readonly signedIn?: boolean;
  /** What to do if it is missing or has no credentials. */
  readonly fix?: string;
}

const id = 'parallel.agent';

/** Checks that the agent exists and can be run. `path` is the PATH variable. */
export async function checkAgent(
  root: string,
  agent: AgentProgram | undefined,
  path: string,
): Promise<Finding> {
  if (!agent) {
    const message = 'none is configured: sage stream needs --agent or --agent-command';
    return { id, status: 'pass', message: `agent: ${message}`, tickets: [] };
  }
  const { name, program, version, signedIn, fix } = agent;
  for (const file of candidates(root, program, path)) {
    if (!(await isProgram(file))) continue;
    const which = `agent ${inQuotes(name)} is ${inQuotes(file)}${version === undefined ? '' : `, version ${version}`}`;
    if (signedIn === false)
      return { id, status: 'fail', message: `${which}, and not signed in: ${fix}`, tickets: [] };
    return { id, status: 'pass', message: signedIn ? `${which}, signed in` : which, tickets: [] };
  }
  const message = `agent ${inQuotes(name)} cannot be run, because ${inQuotes(program)} is not a program on PATH: ${fix ?? 'install it'}, or name another agent`;
  return { id, status: 'fail', message, tickets: [] };
}

function candidates(root: string, program: string, path: string): string[] {
  if (isAbsolute(program)) return [program];
  if (program.includes('/')) return [join(root, program)];
  return path.split(delimiter).map((folder) => join(folder === '' ? root : folder, program));
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
