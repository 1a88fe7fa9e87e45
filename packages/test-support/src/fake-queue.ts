import type { ManagedCommit, ManagedFile, QueueEntry, SettledEntry, Work } from '@sage/commit-queue';
import type { MemorySource } from './memory-source.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface ScriptedLanding {
  readonly state?: 'landed' | 'conflicted' | 'rejected';
  /** How long merge and verify take; 0 by default. */
  readonly seconds?: number;
  readonly conflict?: QueueEntry['conflict'];
  readonly output?: string;
  readonly flaky?: boolean;
  /** The queue stops with this error, and the entry stays queued. */
  readonly stops?: Error;
}

export type LandingScript = (entry: QueueEntry, nth: number) => ScriptedLanding;

/** A landing queue without git, with the target that it moves. */
export interface FakeQueue {
  verdict: LandingScript;
  /** Like the real queue's option: the changes of tickets in the commit of an entry. */
  managedFiles: (entry: QueueEntry, below: readonly QueueEntry[]) => readonly ManagedFile[];
  /** Commits of the target, oldest first. */
  readonly commits: readonly string[];
  readonly target: {
    readonly ref: string;
    tip(): Promise<string | undefined>;
    contains(tip: string, commit: string): Promise<boolean>;
    ticketsThatChanged(): Promise<readonly string[]>;
  };
  /** Simulates that someone removes the newest commits of the target. */
  rewind(commits: number): void;
  enqueue(work: Work): Promise<QueueEntry>;
  process(options?: { target?: string; signal?: AbortSignal }): AsyncGenerator<SettledEntry, void>;
  recover(): Promise<readonly QueueEntry[]>;
  list(): Promise<readonly QueueEntry[]>;
  drop(id: string): Promise<QueueEntry>;
  predict(): Promise<readonly string[]>;
  landManagedFiles(commit: ManagedCommit): Promise<string | undefined>;
  cleanup(): Promise<readonly string[]>;
}

export const TARGET = 'refs/heads/work';

export function fakeQueue(
  clock: VirtualClock,
  source: MemorySource,
  verdict: LandingScript = () => ({}),
): FakeQueue {
  const entries: QueueEntry[] = [];
  const commits = ['base'];
  let landings = 0;

  const replace = (entry: QueueEntry, more: Partial<QueueEntry>): QueueEntry => {
    const next = { ...entry, ...more, updatedAt: clock.now().toISOString() };
    entries[entries.findIndex(({ id }) => id === entry.id)] = next;
    return next;
  };
  const passes = (seconds: number) =>
    new Promise<void>((resolve) => void clock.after(seconds * 1_000, resolve));

  async function* process({ signal }: { signal?: AbortSignal } = {}): AsyncGenerator<SettledEntry, void> {
    for (;;) {
      const entry = entries.find(({ state }) => state === 'queued');
      if (entry === undefined || signal?.aborted) return;
      const files = queue.managedFiles(entry, []);
      const {
        state = 'landed',
        seconds = 0,
        stops,
        conflict,
        output,
        flaky,
      } = queue.verdict(entry, (landings += 1));
      if (seconds > 0) await passes(seconds);
      if (stops) throw stops;
      if (state !== 'landed') {
        yield { ...replace(entry, { state, conflict, output }), managedFiles: [] };
        continue;
      }
      const landed = `landing:${entry.ticket}:${landings}`;
      if (await source.isTracked()) for (const file of files) source.text = file.edit(source.text);
      commits.push(landed);
      yield { ...replace(entry, { state, landed, flaky }), managedFiles: files };
    }
  }

  const queue: FakeQueue = {
    verdict,
    managedFiles: () => [],
    commits,
    target: {
      ref: TARGET,
      tip: async () => commits.at(-1),
      contains: async (tip, commit) => commits.slice(0, commits.indexOf(tip) + 1).includes(commit),
      ticketsThatChanged: async () => [],
    },
    rewind(count) {
      commits.splice(commits.length - count, count);
    },
    async enqueue({ ticket, target, message, ...work }) {
      const at = clock.now().toISOString();
      const sequence = entries.length + 1;
      const commit = 'commit' in work && work.commit !== undefined ? work.commit : 'work';
      const entry: QueueEntry = {
        v: 1,
        id: String(sequence).padStart(20, '0'),
        sequence,
        ticket,
        target,
        base: 'base' in work && work.base !== undefined ? work.base : 'base',
        commit,
        message: message ?? ticket,
        state: 'queued',
        enqueuedAt: at,
        updatedAt: at,
      };
      entries.push(entry);
      return entry;
    },
    process,
    recover: async () => [],
    list: async () => [...entries],
    async drop(id) {
      return replace(
        entries.find((entry) => entry.id === id)!,
        { state: 'dropped' },
      );
    },
    predict: async () => [],
    async landManagedFiles({ files }) {
      const before = source.text;
      for (const file of files) source.text = file.edit(source.text);
      if (source.text === before) return undefined;
      commits.push(`states:${commits.length}`);
      return commits.at(-1);
    },
    cleanup: async () => [],
  };
  return queue;
}
