import type { AgentReport, AgentRun, AttemptResult, KeptAs, WorkRequest } from '@sage/workers';
import type { VirtualClock } from './virtual-clock.ts';

/** The course of one attempt. */
export interface ScriptedAttempt {
  /** How long the agent works; 60 by default. */
  readonly seconds?: number;
  readonly outcome?: AttemptResult['outcome'];
  readonly category?: AttemptResult['category'];
  readonly reason?: string;
  readonly costUsd?: number;
  readonly tokens?: number;
  readonly retryAfter?: number;
  readonly session?: string;
  readonly changedFiles?: readonly string[];
  /** Reports of the running agent, by the second at which they arrive. */
  readonly reports?: readonly (readonly [second: number, report: Partial<AgentReport>])[];
  /** The worker itself fails, with this message. */
  readonly breaks?: string;
  /** Whether it is sent to another machine. */
  readonly dispatched?: boolean;
}

export type AttemptScript = (request: WorkRequest) => ScriptedAttempt;

/** A worker pool whose attempts end as the script says, on the virtual clock. */
export interface FakeWorkers {
  /** Running attempts, by ticket, in order of start. */
  readonly running: ReadonlySet<string>;
  /** Every attempt that was started. */
  readonly requests: readonly WorkRequest[];
  /** The largest number of attempts that ran at the same time. */
  readonly peak: number;
  /** Kept work by ref. */
  readonly kept: ReadonlyMap<string, string>;
  run(request: WorkRequest, run?: AgentRun): Promise<AttemptResult>;
  logOf(attempt: { run: string; ticket: string; attempt: number }): string;
  outputTail(log: string): Promise<readonly string[]>;
  preview(ticket: string): Promise<string | undefined>;
  check(): Promise<{ ok: boolean; output: string }>;
  keep(ticket: string, commit: string, as: KeptAs): Promise<string>;
  forgetKept(ticket: string): Promise<void>;
  recover(): Promise<{ ended: number; kept: readonly string[] }>;
  changedSettings(): Promise<readonly string[]>;
  /** Attempts that an earlier process has sent to other machines, by ticket. */
  readonly earlier: Map<string, { readonly attempt: number; readonly base: string }>;
  underWay(ticket: string): { readonly attempt: number; readonly base: string } | undefined;
  /** Set by a test to refuse some tickets. */
  hasRoomFor: (ticket: string) => boolean;
  /** Set by a test to inspect the state when the run has ended its work. */
  finish: (sent: readonly unknown[]) => Promise<void>;
  close(): Promise<void>;
}

export function fakeWorkers(clock: VirtualClock, script: AttemptScript = () => ({})): FakeWorkers {
  const running = new Set<string>();
  const requests: WorkRequest[] = [];
  const kept = new Map<string, string>();
  const earlier: FakeWorkers['earlier'] = new Map();
  let peak = 0;

  async function run(request: WorkRequest, agentRun: AgentRun = {}): Promise<AttemptResult> {
    const { ticket, attempt } = request;
    const {
      seconds = 60,
      outcome = 'completed',
      breaks,
      dispatched,
      reports = [],
      ...more
    } = script(request);
    const began = clock.now().getTime();
    requests.push(request);
    earlier.delete(ticket.id);
    agentRun.onStarted?.();
    if (dispatched) await agentRun.issueFence?.();
    const cancels = reports.map(([second, report]) =>
      clock.after(second * 1_000, () => agentRun.onReport?.({ text: '', denied: [], ...report })),
    );
    let ended = await works();
    for (const cancel of cancels) cancel();
    if (breaks !== undefined) throw new Error(breaks);
    await agentRun.beforeCollecting?.(ended === 'completed' ? 0 : 1);
    let rejected: Pick<AttemptResult, 'category' | 'reason'> = {};
    while (ended === 'completed' && agentRun.onReview) {
      const { changedFiles = ['file'] } = more;
      const commit = `work:${ticket.id}:${attempt}`;
      const review = await agentRun.onReview({ base: request.base, commit, changedFiles, passed: [] });
      if (review.verdict === 'accepted') break;
      if (review.verdict === 'quit') ended = 'interrupted';
      if (review.verdict === 'deferred') {
        ended = 'deferred';
        rejected = { category: 'user_rejected', reason: review.reason };
      }
      if (review.verdict === 'sent-back') ended = await works();
    }
    const worked = (clock.now().getTime() - began) / 1_000;
    return {
      changedFiles: ['file'],
      ignoredFiles: [],
      drift: [],
      exitCode: ended === 'completed' ? 0 : 1,
      outputFile: 'output.log',
      ...more,
      ...rejected,
      outcome: ended,
      seconds: worked,
      commit: `work:${ticket.id}:${attempt}`,
    };

    async function works(): Promise<AttemptResult['outcome']> {
      running.add(ticket.id);
      peak = Math.max(peak, running.size);
      const cutOff = await ends(clock, seconds, agentRun.signal);
      running.delete(ticket.id);
      return cutOff ? 'interrupted' : outcome;
    }
  }

  return {
    running,
    requests,
    get peak() {
      return peak;
    },
    kept,
    run,
    logOf: ({ run: name, ticket, attempt }) => `${name}/${ticket}/${attempt}/output.log`,
    outputTail: async (log) => [`end of ${log}`],
    preview: async () => undefined,
    check: async () => ({ ok: true, output: '' }),
    async keep(ticket, commit, as) {
      const ref = `refs/sage/${as}/${ticket}`;
      kept.set(ref, commit);
      return ref;
    },
    async forgetKept(ticket) {
      for (const as of ['deferred', 'interrupted']) kept.delete(`refs/sage/${as}/${ticket}`);
    },
    recover: async () => ({ ended: 0, kept: [] }),
    changedSettings: async () => [],
    earlier,
    underWay: (ticket) => earlier.get(ticket),
    hasRoomFor: () => true,
    finish: async () => {},
    close: async () => {},
  };
}

/** Resolves when the time is over or the signal is aborted. Returns whether it was aborted. */
function ends(clock: VirtualClock, seconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(true);
    const cancel = clock.after(seconds * 1_000, () => resolve(false));
    signal?.addEventListener(
      'abort',
      () => {
        cancel();
        resolve(true);
      },
      { once: true },
    );
  });
}
