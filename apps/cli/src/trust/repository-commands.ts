import { join } from 'node:path';
import { ticketCommands } from '@sage/stream';
import { readTicketIndex, SAGE_INDEX } from '@sage/tickets';
import { serverLine } from '@sage/workers';
import type { Settings } from '../config.ts';
import { givenSettings } from './given-settings.ts';
import type { RepositoryCommand } from './trust.ts';

/**
 * The shell lines in a configuration, and what it gives to the programs that run. Those in flags are the user's own.
 */
export function configuredCommands(config: Settings): RepositoryCommand[] {
  const { verify, worktrees, agentCommand, notify, agents = {} } = config;
  const custom = Object.entries(agents).flatMap(([name, agent]) => {
    if (typeof agent === 'string') return [[`agent ${name}`, agent] as const];
    const { command, resume, model } = agent;
    return [
      [`agent ${name}`, command],
      [`agent ${name}, resume`, resume],
      [`agent ${name}, model`, model],
    ] as const;
  });
  const all = [
    ['verify', verify?.command],
    ['setup', worktrees?.setup],
    ['teardown', worktrees?.teardown],
    ['agentCommand', agentCommand],
    ...custom,
    ...servers(config),
  ] as const;
  // These run with more rights than the same line has elsewhere.
  const apart = [
    ['notify', notify],
    ['outsideSandbox.setup', worktrees?.outsideSandbox?.setup],
    ['outsideSandbox.teardown', worktrees?.outsideSandbox?.teardown],
    ...givenSettings(config),
  ] as const;
  return [
    ...all.flatMap(([what, command]) => (command === undefined ? [] : [{ what, command }])),
    ...apart.flatMap(([what, command]) => (command === undefined ? [] : [{ what, command, apart: true }])),
  ];
}

/** Agent names that are themselves shell lines. */
function servers({ agent, rules = [], attempts = [] }: Settings) {
  const names = [
    ['agent', agent],
    ...rules.map((rule) => ['agent of a rule', rule.agent] as const),
    ...attempts.map((one) => ['agent of an attempt', one.agent] as const),
  ] as const;
  return names.map(([what, name]) => [what, serverLine(name)] as const);
}

/** The commands of tickets that are not done. */
export async function indexedCommands(root: string): Promise<RepositoryCommand[]> {
  const { tickets } = await readTicketIndex(join(root, SAGE_INDEX));
  return tickets.filter(({ state }) => state !== 'COMPLETED').flatMap(ticketCommands);
}
