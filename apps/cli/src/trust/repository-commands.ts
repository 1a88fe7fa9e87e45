import { join } from 'node:path';
import { readTicketIndex, SAGE_INDEX, ticketChecks } from '@sage/tickets';
import type { Settings } from '../config.ts';
import type { RepositoryCommand } from './trust.ts';

/** The shell lines of a configuration. Those of flags are the user's own. */
export function configuredCommands(config: Settings): RepositoryCommand[] {
  const { verify, worktrees, agentCommand, notify, agents = {} } = config;
  const custom = Object.entries(agents).map(
    ([name, agent]) => [`agent ${name}`, typeof agent === 'string' ? agent : agent.command] as const,
  );
  const all = [
    ['verify', verify?.command],
    ['setup', worktrees?.setup],
    ['teardown', worktrees?.teardown],
    ['outsideSandbox.setup', worktrees?.outsideSandbox?.setup],
    ['outsideSandbox.teardown', worktrees?.outsideSandbox?.teardown],
    ['agentCommand', agentCommand],
    ['notify', notify],
    ...custom,
  ] as const;
  return all.flatMap(([what, command]) => (command === undefined ? [] : [{ what, command }]));
}

/** The checks of tickets that are not done. */
export async function indexedCommands(root: string): Promise<RepositoryCommand[]> {
  const { tickets } = await readTicketIndex(join(root, SAGE_INDEX));
  const open = tickets.filter(({ state }) => state !== 'COMPLETED');
  return open.flatMap((ticket) =>
    ticketChecks(ticket).map(({ name, command }) => ({ what: `${ticket.id}, ${name}`, command })),
  );
}
