import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openRepository, type Repository, SAGE_PATHS, withoutWorktree } from '@sage/git';
import {
  type AttemptRecord,
  AttemptRecords,
  followRun,
  isSettled,
  journalFile,
  type LandingResult,
  readRun,
  type RunEvent,
} from '@sage/journal';
import { AttemptLog, attemptPath, type LogEntry, logParts, openRegular } from '@sage/workers';
import { coordinator } from '../start/only-run.ts';
import { findAttempt, type FoundAttempt } from './find-attempt.ts';
import { landingEntries } from './landing-entries.ts';

const LOOK_INTERVAL_MS = 200;

interface LogOptions {
  /** Whether to continue until the attempt is over and its work has landed or never will. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** The outputs of one attempt. */
export interface TicketLog {
  readonly run: string;
  readonly ticket: string;
  readonly attempt: number;
  /** Everything in words: setup, agent, checks, verify. */
  entries(options: LogOptions): AsyncGenerator<LogEntry, void, undefined>;
  /** The bytes that the agent printed. */
  bytes(options: LogOptions): AsyncGenerator<Buffer, void, undefined>;
}

/**
 * The outputs of a ticket's attempt, by default the last one. Changes nothing.
 * @throws {NoLogError}
 */
export async function openLog(options: {
  readonly directory: string;
  readonly ticket: string;
  readonly attempt?: number;
}): Promise<TicketLog> {
  const repository = await openRepository(options.directory);
  const found = await findAttempt(repository.root, options.ticket, options.attempt);
  const { run, record } = found;
  const folder = join(repository.root, SAGE_PATHS.runs, run, attemptPath(record.ticket, record.attempt));
  return {
    run,
    ticket: record.ticket,
    attempt: record.attempt,
    async *entries({ follow, signal }) {
      const log = new AttemptLog(withoutWorktree(repository.root));
      for await (const { record: now, isOver } of looks(repository, found, follow, signal)) {
        yield* log.read(await logParts(folder), isOver);
        if (!isOver || !now.landing) continue;
        const verify = verifyFolder(repository.root, run, now.landing);
        const parts = verify === undefined ? [] : await logParts(verify);
        const [own] = parts.filter(({ name }) => name === 'verify');
        if (own) yield* log.read([own], true);
        yield* landingEntries(now.landing, own !== undefined);
      }
    },
    async *bytes({ follow, signal }) {
      await using handle = await openRegular(join(folder, 'output.log'), 'r');
      let start = 0;
      for await (const _ of looks(repository, found, follow, signal))
        for await (const chunk of handle.createReadStream({ start, autoClose: false })) {
          start += (chunk as Buffer).length;
          yield chunk as Buffer;
        }
    },
  };
}

/** The folder for a landing's verify is named after the commit that it made, or would have made. */
function verifyFolder(root: string, run: string, landing: LandingResult): string | undefined {
  if (landing.state === 'landed') return join(dirname(journalFile(root, run)), 'verify', landing.commit);
  return landing.state === 'rejected' && landing.log !== undefined
    ? join(root, dirname(landing.log))
    : undefined;
}

/** Nothing if the run has been removed. */
async function journaled(root: string, run: string): Promise<readonly RunEvent[]> {
  return (await readRun(root, run).catch(() => undefined))?.events ?? [];
}

function recordIn({ all }: AttemptRecords, { ticket, attempt }: AttemptRecord): AttemptRecord | undefined {
  return all.findLast((one) => one.ticket === ticket && one.attempt === attempt);
}

interface Look {
  readonly record: AttemptRecord;
  readonly isOver: boolean;
}

/** The current state of the attempt and, with `follow`, each later one. After the last one it is over. */
async function* looks(
  repository: Repository,
  { run, events, record }: FoundAttempt,
  follow: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Look, void, undefined> {
  if (!follow || isSettled(record)) return yield { record, isOver: true };
  const begun = events.findLast(({ event }) => event === 'run.started')?.time ?? '';
  const ended = new AbortController();
  const records = new AttemptRecords();
  let caughtUp = 0;
  let runEnded = false;
  const reading = (async () => {
    for await (const event of followRun(repository.root, run, { signal: ended.signal })) {
      records.apply(event);
      caughtUp += 1;
    }
    runEnded = true;
  })();
  try {
    for (;;) {
      const owner = await coordinator(repository);
      const isDead = owner === undefined || owner.since > begun;
      // Before it ended, the coordinator may have journaled more than has been read.
      const latest = isDead ? AttemptRecords.of(await journaled(repository.root, run)) : records;
      const isBehind = !isDead && caughtUp < events.length;
      const now = isBehind ? record : (recordIn(latest, record) ?? record);
      const isOver = isSettled(now) || runEnded || isDead || signal?.aborted === true;
      yield { record: now, isOver };
      if (isOver) return;
      await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    ended.abort();
    await reading.catch(() => {});
  }
}
