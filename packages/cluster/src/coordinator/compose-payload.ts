import type { AgentRun, SandboxSettings, WorkRequest } from '@sage/workers';
import { PROTOCOL } from '../protocol/names.ts';
import type { Payload } from '../protocol/payload.ts';
import { CAPABILITY } from '../protocol/self-description.ts';

/** What every attempt of a run takes along, the same for all of them. */
export interface Equipment extends Pick<Payload, 'worktrees' | 'limits'> {
  readonly agent: Omit<Payload['agent'], 'asks'>;
  readonly sandbox: SandboxSettings | undefined;
  /** Paths that no work contains. */
  readonly protectedPaths: readonly string[];
}

/** What is known of an attempt before it is sent. */
export type UnsentPayload = Omit<Payload, 'fence' | 'resultRef' | 'baseRef' | 'deadline'>;

/** What a worker has to have for an attempt. */
export function needsOf(
  { selection, labels = [] }: Pick<WorkRequest, 'selection' | 'labels'>,
  { agent, sandbox }: Pick<Equipment, 'agent' | 'sandbox'>,
): string[] {
  return [
    CAPABILITY.agent(selection?.agent ?? agent.name),
    ...labels.map(CAPABILITY.label),
    ...(sandbox ? [CAPABILITY.sandbox] : []),
  ];
}

/** An attempt as it travels. */
export function composePayload(
  request: WorkRequest,
  run: Pick<AgentRun, 'onPermission' | 'onReview'>,
  {
    equipment,
    url,
    author,
  }: { readonly equipment: Equipment; readonly url: string; readonly author: Payload['author'] },
): UnsentPayload {
  const { ticket, selection, protectedPaths = [], protectedNames = [], protectedMember } = request;
  const { agent, worktrees, sandbox, limits } = equipment;
  // As JSON has it: plain, without members that are undefined.
  return JSON.parse(
    JSON.stringify({
      v: PROTOCOL,
      runId: request.run,
      ticketId: ticket.id,
      attempt: request.attempt,
      base: request.base,
      repoUrl: url,
      ticket,
      message: request.message,
      dependencies: request.dependencies,
      previous: request.previous,
      author,
      protect: {
        paths: [...equipment.protectedPaths, ...protectedPaths],
        names: protectedNames,
        member: protectedMember,
      },
      agent: {
        ...agent,
        // A model belongs to its agent.
        ...(selection?.agent !== undefined && { name: selection.agent, model: undefined }),
        ...(selection?.model !== undefined && { model: selection.model }),
        asks: run.onPermission !== undefined,
      },
      worktrees,
      sandbox,
      limits,
      reviewed: run.onReview !== undefined,
    }),
  ) as UnsentPayload;
}
