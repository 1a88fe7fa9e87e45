import { join } from 'node:path';
import type { AgentReport, AgentRun, AttemptResult, Review, WorkRequest } from '@sage/workers';
import { PROTOCOL } from '../protocol/names.ts';
import type { Answer, Order, Payload, Said } from '../protocol/payload.ts';
import { OutputTail } from './output-tail.ts';
import { PushError, pushWork } from './push-work.ts';
import type { RunRoom } from './run-rooms.ts';

/** The maximum characters of a text, and entries of a list, in an answer. */
const MAX_TEXT_CHARACTERS = 20_000;
const MAX_LIST_ITEMS = 2_000;

/** An unanswered question is repeated after this time. */
const ASK_AGAIN_MS = 3_000;

/** The connection to the coordinator during an attempt. */
interface Line {
  say(said: Said): void;
  sendOutput(offset: number, data: Buffer): Promise<void>;
  /** Calls back for each order, once. */
  onOrder(take: (order: Order) => void): void;
}

export interface RemoteAttempt {
  readonly payload: Payload;
  readonly room: RunRoom;
  readonly worker: string;
  /** 1-based. */
  readonly slot: number;
  readonly line: Line;
  /** When aborted: end the agent, and keep its work. */
  readonly stop: AbortSignal;
  /** When aborted: the lease is lost, or the work is no longer wanted. */
  readonly kill: AbortSignal;
}

/** Works on an attempt like on a local one, and pushes the work before it answers. */
export async function workOn(attempt: RemoteAttempt): Promise<Answer> {
  const { payload, room, worker, slot, line } = attempt;
  const { fence, ticketId, resultRef, reviewed, agent } = payload;
  const stop = new AbortController();
  const kill = new AbortController();
  const questions = new Map<number, (order: Order) => void>();
  line.onOrder((order) => {
    if (order.kind === 'stop') stop.abort();
    else if (order.kind === 'kill') kill.abort();
    else {
      questions.get(order.question)?.(order);
      questions.delete(order.question);
    }
  });
  const killSignal = AbortSignal.any([attempt.kill, kill.signal]);
  const signal = AbortSignal.any([attempt.stop, stop.signal, killSignal]);
  let asked = 0;
  const ask = (say: (question: number) => Said): Promise<Order | undefined> => {
    asked += 1;
    const question = asked;
    const answer = Promise.withResolvers<Order | undefined>();
    questions.set(question, answer.resolve);
    signal.addEventListener('abort', () => answer.resolve(undefined), { once: true });
    line.say(say(question));
    // A restarted coordinator has not received the question.
    const again = setInterval(() => line.say(say(question)), ASK_AGAIN_MS);
    return answer.promise.finally(() => clearInterval(again));
  };

  const run: AgentRun = {
    signal,
    killSignal,
    onReport: (report) => line.say({ kind: 'report', fence, report: short(report) }),
    onQuiet: (seconds) => line.say({ kind: 'quiet', fence, seconds }),
    ...(agent.asks && {
      async onPermission({ title, kind, paths }) {
        const order = await ask((question) => ({
          kind: 'permission',
          fence,
          question,
          title: cut(title),
          request: kind,
          paths: [...paths],
        }));
        return order?.kind === 'allowed' && order.yes;
      },
    }),
    ...(reviewed && {
      async onReview({ commit, summary, passed }): Promise<Review> {
        const ref = `${resultRef}-review-${asked + 1}`;
        await pushWork(room.mirror.repository, { ref, commit }, signal);
        const order = await ask((question) => ({
          kind: 'review',
          fence,
          question,
          ref,
          head: commit,
          ...(summary !== undefined && { summary: cut(summary) }),
          passed: [...passed],
        }));
        return order?.kind === 'reviewed' ? order.review : { verdict: 'quit' };
      },
    }),
  };

  const log = room.workers.logOf({ run: room.run, ticket: ticketId, attempt: payload.attempt });
  const tail = new OutputTail(join(room.mirror.repository.root, log), (offset, data) =>
    line.sendOutput(offset, data),
  );
  line.say({ kind: 'started', fence, worker });
  try {
    await room.mirror.fetchBase(payload, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return answerOf(NOT_BEGUN, { fence, worker, output: 0 });
  }
  tail.start();
  let result: AttemptResult;
  let output: number;
  try {
    result = await room.workers.run(requestOf(payload, room.run, slot), run);
  } finally {
    output = await tail.end();
  }
  const answer = answerOf(result, { fence, worker, output });
  if (result.commit === undefined) return answer;
  try {
    await pushWork(room.mirror.repository, { ref: resultRef, commit: result.commit }, killSignal);
    return { ...answer, head: result.commit };
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    // It was asked to end at once, so this machine is not at fault.
    return {
      ...answer,
      outcome: killSignal.aborted ? 'interrupted' : 'machine-failed',
      reason: error.message,
    };
  }
}

/** The result if it was ended before its agent began. */
const NOT_BEGUN: AttemptResult = {
  outcome: 'interrupted',
  changedFiles: [],
  ignoredFiles: [],
  drift: [],
  exitCode: null,
  seconds: 0,
  outputFile: '',
};

function requestOf(payload: Payload, run: string, worker: number): WorkRequest {
  const { attempt, base, message, ticket, dependencies, previous, protect } = payload;
  return {
    run,
    worker,
    attempt,
    ticket,
    base,
    message,
    dependencies,
    previous,
    protectedPaths: protect.paths,
    protectedNames: protect.names,
    protectedMember: protect.member,
  };
}

function answerOf(
  result: AttemptResult,
  { fence, worker, output }: Pick<Answer, 'fence' | 'worker' | 'output'>,
): Answer {
  const { outcome, category, reason, summary, retryAfter, exitCode, seconds } = result;
  const { tokens, inputTokens, outputTokens, cachedTokens, costUsd } = result;
  const list = (texts: readonly string[] | undefined) => texts?.slice(0, MAX_LIST_ITEMS).map(cut);
  return {
    v: PROTOCOL,
    fence,
    worker,
    outcome,
    category,
    reason: reason === undefined ? undefined : cut(reason),
    summary: summary === undefined ? undefined : cut(summary),
    retryAfter,
    ignoredFiles: list(result.ignoredFiles) ?? [],
    notes: list(result.notes),
    denied: list(result.denied),
    drift: list(result.drift) ?? [],
    exitCode,
    seconds,
    output,
    tokens,
    inputTokens,
    outputTokens,
    cachedTokens,
    costUsd,
  };
}

function short(report: AgentReport) {
  return { ...report, text: cut(report.text), denied: report.denied.slice(-MAX_LIST_ITEMS).map(cut) };
}

function cut(text: string): string {
  return text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}...` : text;
}
