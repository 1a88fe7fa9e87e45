import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AgentError } from '../errors.ts';
import type { Agent } from './agent.ts';

/** Undefined if only the agent itself can know. */
export function isSignedIn(
  { name, signIn, command }: Agent,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): boolean | undefined {
  if (!signIn) return undefined;
  const { variables, files, elsewhere = [], keychains = [], optional = false } = signIn;
  if (variables.some((name) => environment[name])) return true;
  if (files.some((file) => placesOf(file, environment).some((path) => existsSync(path)))) return true;
  // Otherwise it is another program, or one that is given its key on the command line.
  const isOwnProgram = new RegExp(`^\\s*(\\S*/)?${name}(\\s|$)`).test(command);
  const mayBe = elsewhere.some(([file, names]) =>
    placesOf(file, environment).some((path) => names.test(textOf(path))),
  );
  return optional || !isOwnProgram || mayBe || keychains.includes(platform) ? undefined : false;
}

/** @throws {AgentError} `NOT_SIGNED_IN`, with the command to sign in. */
export function assertSignedIn(agent: Agent, environment: NodeJS.ProcessEnv): void {
  if (isSignedIn(agent, environment) !== false) return;
  throw new AgentError(
    'NOT_SIGNED_IN',
    agent.name,
    `agent ${JSON.stringify(agent.name)} is not signed in: ${agent.signIn?.fix ?? ''}`,
  );
}

/** `$NAME/...` is below the folder that the variable names; empty if it is not set. */
function placesOf(file: string, environment: NodeJS.ProcessEnv): string[] {
  const [, name, rest = ''] = /^\$(\w+)\/(.*)$/.exec(file) ?? [];
  if (name === undefined) return [join(environment['HOME'] ?? homedir(), file)];
  const folder = environment[name];
  return folder ? [join(folder, rest)] : [];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
