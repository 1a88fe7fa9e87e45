import type { AgentRun, SandboxSettings, WorkRequest } from '@sage/workers';
import { PROTOCOL } from '../protocol/names.ts';
import type { Payload } from '../protocol/payload.ts';
import { CAPABILITY } from '../protocol/self-description.ts';

/** The part of the payload that is the same for all attempts of a run. */
export interface Equipment extends Pick<Payload, 'worktrees' | 'limits'> {
  readonly agent: Omit<Payload['agent'], 'asks'>;
  readonly sandbox: SandboxSettings | undefined;
  /** Paths that no work may contain. */
  readonly protectedPaths: readonly string[];
}

/** The part of the payload that is known before an attempt is sent. */
export type UnsentPayload = Omit<Payload, 'fence' | 'resultRef' | 'baseRef' | 'deadline'>;

/** What an attempt needs from a worker. */
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

/** The common part of attempts and checks of a run. */
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

/** The payload of an attempt. */
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
      // The run's model belongs to the run's agent.
      ...(selection?.agent !== undefined && { name: selection.agent, model: undefined }),
      ...(selection?.model !== undefined && { model: selection.model }),
      asks: run.onPermission !== undefined,
    },
    reviewed: run.onReview !== undefined,
  };
  return plain(payload) as UnsentPayload;
}

/** As JSON would have it: without undefined members. */
function plain(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
