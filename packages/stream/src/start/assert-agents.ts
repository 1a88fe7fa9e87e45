import type { Ticket } from '@sage/tickets';
import { AgentError, type AgentSelection } from '@sage/workers';
import { type AgentChoices, chooseAgent } from '../backlog/agent-choice.ts';

/**
 * Checks every agent that a run may choose, before the first one starts.
 * @throws {AgentError} with a ticket whose agent cannot work.
 */
export async function assertAgents(
  tickets: Iterable<Ticket>,
  maxAttempts: number,
  choices: AgentChoices,
  agentFor: (selection: AgentSelection) => Promise<unknown>,
): Promise<void> {
  const seen = new Set<string>();
  for (const ticket of tickets) {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const selection = chooseAgent(ticket, attempt, choices);
      const key = JSON.stringify(selection);
      if (key === '{}' || seen.has(key)) continue;
      seen.add(key);
      try {
        await agentFor(selection);
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
        throw new AgentError(error.code, error.agent, `${ticket.id}, attempt ${attempt}: ${error.message}`);
      }
    }
  }
}
