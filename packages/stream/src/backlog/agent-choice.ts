import type { Ticket } from '@sage/tickets';
import type { AgentSelection } from '@sage/workers';
import type { AttemptNeeds } from '../ports.ts';

/** Which tickets get which agent. Every condition that is given has to hold. */
export interface AgentRule extends AgentSelection {
  readonly type?: string;
  readonly component?: string;
  /** What a worker on another machine has to have for it. */
  readonly worker?: { readonly labels?: readonly string[] | undefined } | undefined;
  /** The ticket's `complexity` (or `complexityScore`) is at least this. */
  readonly minComplexity?: number;
}

export interface AgentChoices {
  /** In order: the first one that matches and names it says the agent; the same for the model. */
  readonly rules?: readonly AgentRule[];
  /** By attempt, from the first on; later attempts have the last one. */
  readonly attempts?: readonly AgentSelection[];
}

/**
 * The agent and the model of an attempt (from 1), as far as anything but the run's own is chosen. A ticket's own fields win
 * over rules, and rules over the first of `attempts`. Later ones win over everything: who is tried again after a
 * failure is tried with somebody else.
 */
export function chooseAgent(
  ticket: Ticket,
  attempt: number,
  { rules = [], attempts = [] }: AgentChoices,
): AgentSelection {
  const step = attempts[Math.min(attempt, attempts.length) - 1] ?? {};
  const fitting = rules.filter((rule) => fits(rule, ticket));
  const rule = {
    agent: fitting.find(({ agent }) => agent !== undefined)?.agent,
    model: fitting.find(({ model }) => model !== undefined)?.model,
  };
  const ranked = [{ agent: ticket.agent, model: ticket.model }, rule];
  return (attempt === 1 ? [...ranked, step] : [step, ...ranked]).reduce(under, {});
}

/** What a worker on another machine has to have for a ticket: what it says itself, and every rule that fits. */
function workerLabels(ticket: Ticket, { rules = [] }: AgentChoices): string[] {
  const ofRules = rules.filter((rule) => fits(rule, ticket)).flatMap(({ worker }) => worker?.labels ?? []);
  return [...new Set([...ticket.workerLabels, ...ofRules])].toSorted();
}

/** What an attempt asks of the worker that it gets. */
export function attemptNeeds(ticket: Ticket, attempt: number, choices: AgentChoices): AttemptNeeds {
  const selection = chooseAgent(ticket, attempt, choices);
  const labels = workerLabels(ticket, choices);
  return {
    ...(Object.keys(selection).length > 0 && { selection }),
    ...(labels.length > 0 && { labels }),
  };
}

/** What `chosen` leaves open. A model belongs to its agent: one of another agent is not taken. */
function under(chosen: AgentSelection, next: AgentSelection): AgentSelection {
  const agent = chosen.agent ?? next.agent;
  const model =
    chosen.model ?? (chosen.agent === undefined || chosen.agent === next.agent ? next.model : undefined);
  return { ...(agent !== undefined && { agent }), ...(model !== undefined && { model }) };
}

function fits({ type, component, minComplexity }: AgentRule, ticket: Ticket): boolean {
  if (type !== undefined && type.toLowerCase() !== ticket.type) return false;
  if (component !== undefined && component !== ticket.component) return false;
  return minComplexity === undefined || (ticket.complexity ?? 0) >= minComplexity;
}
