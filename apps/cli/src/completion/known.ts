import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { listRuns } from '@sage/journal';
import { SOURCE_NAMES, ticketIds } from '@sage/stream';
import { KNOWN_AGENTS } from '@sage/workers';

/** Top of the repository that the shell is in. Starts no program, not even git, because it runs on a key press. */
function top(at = resolve('.')): string {
  return existsSync(join(at, '.git')) || dirname(at) === at ? at : top(dirname(at));
}

export async function knownTickets(): Promise<string[]> {
  return ticketIds(top());
}

export function knownAgents(): string[] {
  return KNOWN_AGENTS.map(({ name }) => name);
}

export function knownSources(): readonly string[] {
  return SOURCE_NAMES;
}

export async function knownRuns(): Promise<string[]> {
  return (await listRuns(top())).map(({ run }) => run);
}
