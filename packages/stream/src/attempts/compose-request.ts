import { posix } from 'node:path';
import { type Ticket, ticketChecks, ticketDocument } from '@sage/tickets';
import type { PreviousAttempt, WorkRequest, WorkTicket } from '@sage/workers';
import { attemptNeeds } from '../backlog/agent-choice.ts';
import { commitMessage } from '../backlog/commit-message.ts';
import type { ConfigurationFiles, RunContext } from '../context/run-context.ts';
import { TargetLostError } from '../errors.ts';

/** How many lines of an agent's output the next attempt sees. */
const OUTPUT_LINES = 30;

/** No configuration files. */
export const NO_FILES: ConfigurationFiles = { names: [], paths: [] };

/**
 * The target's tip, after checking that it contains the ticket's dependencies. An attempt that is still running
 * elsewhere keeps its base.
 * @throws {TargetLostError} if there is no commit that the ticket could start from.
 */
export async function baseFor(context: RunContext, ticket: Ticket): Promise<string> {
  const { target, backlog, log, workers } = context;
  const tip = await target.tip();
  if (tip === undefined)
    throw new TargetLostError(target.ref, `branch ${target.ref} is gone: restore it and run again`);
  const started = workers.underWay?.(ticket.id)?.base;
  let isRecent = started !== undefined && (await target.contains(tip, started));
  for (const id of backlog.graph.dependenciesOf(ticket.id)) {
    const landed = log.state.completed.get(id);
    if (landed === undefined) continue;
    if (!(await target.contains(tip, landed))) {
      const what = `the landing of ${id} (${landed}): someone moved it; restore it and run again`;
      throw new TargetLostError(target.ref, `${target.ref} no longer contains ${what}`);
    }
    isRecent &&= await target.contains(started as string, landed);
  }
  return isRecent ? (started as string) : tip;
}

/** Everything that a worker needs for the next attempt of a ticket. */
export async function composeRequest(
  context: RunContext,
  ticket: Ticket,
  worker: number,
  base: string,
): Promise<WorkRequest> {
  const { backlog, log, settings } = context;
  const dependencies = backlog.graph
    .dependenciesOf(ticket.id)
    .map((id) => ({ id, title: backlog.tickets.get(id)?.title ?? id }));
  const attempt = (log.state.attempts.get(ticket.id) ?? 0) + 1;
  const needs = attemptNeeds(ticket, attempt, settings.agents ?? {});
  const session = log.state.sessions.get(ticket.id);
  return {
    run: log.run,
    worker,
    attempt,
    ...needs,
    ticket: workTicket(ticket),
    base,
    message: commitMessage(ticket),
    dependencies,
    previous: await previousAttempt(context, ticket.id),
    // An agent cannot resume a session of another agent.
    session: session?.agent === needs.selection?.agent ? session : undefined,
    ...protectedFrom(ticket, settings.configuration),
  };
}

/** Why the last attempt did not land, in the form for the next prompt. */
async function previousAttempt(
  { log, workers, settings }: RunContext,
  ticket: string,
): Promise<PreviousAttempt | undefined> {
  const setback = log.state.setbacks.get(ticket);
  const { comment } = settings;
  if (!setback && comment !== undefined) return { kind: 'comment', text: comment, here: false };
  if (setback?.kind !== 'failure' || setback.log === undefined) return setback;
  const lines = await workers.outputTail(setback.log).catch(() => []);
  return { kind: 'failure', reason: setback.reason, output: lines.slice(-OUTPUT_LINES).join('\n') };
}

/** Configuration for later runs may only be changed by a ticket that declares it. */
function protectedFrom(
  { files }: Ticket,
  { names, paths, member }: ConfigurationFiles = NO_FILES,
): Pick<WorkRequest, 'protectedPaths' | 'protectedNames' | 'protectedMember'> {
  const declared = new Set(files.map((file) => posix.basename(file)));
  return {
    protectedPaths: paths.filter((path) => !files.includes(path)),
    protectedNames: names.filter((name) => !declared.has(name)),
    ...(member && !declared.has(member.name) && { protectedMember: member }),
  };
}

function workTicket(ticket: Ticket): WorkTicket {
  const { id, title, type, component, description, acceptanceCriteria, docs, files } = ticket;
  const checks = ticketChecks(ticket);
  const document = ticketDocument(ticket);
  return { id, title, type, component, description, acceptanceCriteria, docs, files, checks, raw: document };
}
