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

interface Sender {
  readonly equipment: Equipment;
  readonly url: string;
  readonly author: Payload['author'];
}

type Common = Pick<
  Payload,
  'v' | 'runId' | 'repoUrl' | 'author' | 'protect' | 'agent' | 'worktrees' | 'sandbox' | 'limits'
>;

/** What attempts and checks of a run have in common. */
export function composeCommon(run: string, { equipment, url, author }: Sender): Common {
  const { agent, worktrees, sandbox, limits, protectedPaths } = equipment;
  const common = {
    v: PROTOCOL,
    runId: run,
    repoUrl: url,
    author,
    protect: { paths: protectedPaths, names: [] },
    agent: { ...agent, asks: false },
    worktrees,
    sandbox,
    limits,
  };
  return plain(common) as Common;
}

/** An attempt as it travels. */
export function composePayload(
  request: WorkRequest,
  run: Pick<AgentRun, 'onPermission' | 'onReview'>,
  sender: Sender,
): UnsentPayload {
  const { ticket, selection, protectedPaths = [], protectedNames = [], protectedMember } = request;
  const common = composeCommon(request.run, sender);
  const payload = {
    ...common,
    ticketId: ticket.id,
    attempt: request.attempt,
    base: request.base,
    ticket,
    message: request.message,
    dependencies: request.dependencies,
    previous: request.previous,
    protect: {
      paths: [...common.protect.paths, ...protectedPaths],
      names: protectedNames,
      member: protectedMember,
    },
    agent: {
      ...common.agent,
      // A model belongs to its agent.
      ...(selection?.agent !== undefined && { name: selection.agent, model: undefined }),
      ...(selection?.model !== undefined && { model: selection.model }),
      asks: run.onPermission !== undefined,
    },
    reviewed: run.onReview !== undefined,
  };
  return plain(payload) as UnsentPayload;
}

/** As JSON has it: without members that are undefined. */
function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
