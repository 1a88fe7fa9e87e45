import type { Ticket } from '@sage/tickets';
import type { AgentSelection } from '@sage/workers';
import type { AttemptNeeds } from '../ports.ts';

/** Which tickets get which agent. All given conditions have to hold. */
export interface AgentRule extends AgentSelection {
  readonly type?: string;
  readonly component?: string;
  /** Labels that a worker on another machine must have for these tickets. */
  readonly worker?: { readonly labels?: readonly string[] | undefined } | undefined;
  /** The ticket's `complexity` (or `complexityScore`) is at least this. */
  readonly minComplexity?: number;
}

export interface AgentChoices {
  /** In order: the first matching rule that names an agent decides the agent, and likewise for the model. */
  readonly rules?: readonly AgentRule[];
  /** By attempt, starting with the first. Later attempts use the last one. */
  readonly attempts?: readonly AgentSelection[];
}

/**
 * The agent and the model for an attempt (from 1), as far as they differ from those of the run. A ticket's own fields
 * win over rules, and rules over the first of `attempts`. Later `attempts` win over everything, so that a failed
 * ticket is retried with a different agent.
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

/** The labels that a worker on another machine must have for a ticket: its own, and those of all matching rules. */
function workerLabels(ticket: Ticket, { rules = [] }: AgentChoices): string[] {
  const ofRules = rules.filter((rule) => fits(rule, ticket)).flatMap(({ worker }) => worker?.labels ?? []);
  return [...new Set([...ticket.workerLabels, ...ofRules])].toSorted();
}

/** Requirements of an attempt for its worker. */
export function attemptNeeds(ticket: Ticket, attempt: number, choices: AgentChoices): AttemptNeeds {
  const selection = chooseAgent(ticket, attempt, choices);
  const labels = workerLabels(ticket, choices);
  return {
    ...(Object.keys(selection).length > 0 && { selection }),
    ...(labels.length > 0 && { labels }),
  };
}

/**
 * Fills in what `chosen` leaves open. A model belongs to its agent, so the model of a different agent is not used.
 */
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
