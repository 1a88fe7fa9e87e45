import { openRepository } from '@sage/git';
import { listRuns } from '@sage/journal';
import { listBacklog, SOURCE_NAMES } from '@sage/stream';
import { KNOWN_AGENTS } from '@sage/workers';

/** Ids of the repository that the shell is in. */
export async function knownTickets(): Promise<string[]> {
  return (await listBacklog('.')).map(({ id }) => id);
}

export function knownAgents(): string[] {
  return KNOWN_AGENTS.map(({ name }) => name);
}

export function knownSources(): readonly string[] {
  return SOURCE_NAMES;
}

export async function knownRuns(): Promise<string[]> {
  const { root } = await openRepository('.');
  return (await listRuns(root)).map(({ run }) => run);
}
