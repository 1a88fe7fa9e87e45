import type { Repository } from '@sage/git';
import type { AttemptResult, WorkRequest } from '@sage/workers';
import { type Answer, answerSchema } from '../protocol/payload.ts';
import type { CodeExchange } from './code-exchange.ts';
import type { Equipment } from './compose-payload.ts';
import type { DispatchEnd } from './dispatch.ts';
import type { Fleet } from './fleet.ts';
import { protectedIn } from './protected-files.ts';

export interface ResultOptions {
  readonly repository: Repository;
  readonly code: CodeExchange;
  readonly fleet: Pick<Fleet, 'count'>;
  readonly equipment: Pick<Equipment, 'protectedPaths'>;
}

/** The attempt that has ended. */
export interface EndedAttempt {
  readonly request: WorkRequest;
  readonly fence: number;
  /** The ref of its work on the remote. */
  readonly ref: string;
  /** The worker that reported having begun. */
  readonly worker: string | undefined;
  readonly seconds: number;
  /** The file with its output. */
  readonly log: string;
}

type Nothing = Omit<AttemptResult, 'outcome'>;

/**
 * Evaluates the end of an attempt on another machine. Accepts only the work of this very attempt: the commit named in
 * its answer, at the attempt's ref, on top of its base, and without protected paths.
 */
export async function resultOf(
  end: Exclude<DispatchEnd, { kind: 'unknown' }>,
  attempt: EndedAttempt,
  options: ResultOptions,
): Promise<AttemptResult> {
  const { request, ref, fence, log, seconds } = attempt;
  const nothing = { ...NO_RESULT, seconds, outputFile: log };
  const named = (name = attempt.worker) => (name === undefined ? 'its worker' : `worker ${name}`);
  switch (end.kind) {
    case 'answered': {
      const parsed = answerSchema.safeParse(end.answer);
      if (!parsed.success || parsed.data.fence !== fence)
        return machineFailed(nothing, notTaken(named(), 'it is not an answer to this attempt'), options);
      return accept(parsed.data, attempt, nothing, options);
    }
    case 'refused':
      return machineFailed(nothing, `${named(end.worker)}: ${end.reason}`, options);
    case 'lost': {
      const commit = await options.code.salvage(request.ticket.id, ref, request.base);
      return { ...nothing, outcome: 'interrupted', reason: `${named(end.worker)} is gone`, commit };
    }
    case 'given-up':
      return { ...nothing, outcome: 'interrupted' };
  }
}

/** The result of an attempt that has left nothing. */
export const NO_RESULT = {
  changedFiles: [],
  ignoredFiles: [],
  drift: [],
  exitCode: null,
  seconds: 0,
  outputFile: '',
} as const;

async function accept(
  answer: Answer,
  { request, ref, log }: EndedAttempt,
  nothing: Nothing,
  options: ResultOptions,
): Promise<AttemptResult> {
  const { code, repository, equipment } = options;
  const { base, ticket } = request;
  const { v: _v, fence: _fence, output: _output, worker: name, head, ...told } = answer;
  const worker = `worker ${name}`;
  const result = { ...told, outputFile: log, changedFiles: [] };
  if (told.outcome === 'machine-failed')
    return machineFailed(result, `${worker}: ${told.reason ?? 'its machine failed'}`, options);
  // If its worker ended it, another worker will repeat it.
  const reason = told.outcome === 'interrupted' ? (told.reason ?? `${worker} ended it`) : told.reason;
  if (head === undefined) return { ...result, reason };
  const wrong = await code.receive(ticket.id, { ref, head, base });
  if (wrong !== undefined) return machineFailed(nothing, notTaken(worker, wrong), options);
  const changedFiles = await code.changedFiles(base, head);
  const touched = await protectedIn(repository, { ...request, head, changedFiles }, equipment);
  if (touched !== undefined)
    return machineFailed(
      nothing,
      notTaken(worker, `it contains ${touched}, which no work may contain`),
      options,
    );
  return { ...result, reason, changedFiles, commit: head };
}

/**
 * With several workers, another one repeats the attempt. With a single worker, it counts like a failure of the run's
 * own machine.
 */
function machineFailed(nothing: Nothing, reason: string, { fleet }: ResultOptions): AttemptResult {
  return { ...nothing, outcome: fleet.count > 1 ? 'interrupted' : 'machine-failed', reason };
}

function notTaken(worker: string, wrong: string): string {
  return `the result of ${worker} is refused: ${wrong}`;
}
