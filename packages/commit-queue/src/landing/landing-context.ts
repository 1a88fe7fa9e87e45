import type { PinnedCheckouts, GitSession, Identity, Repository } from '@sage/git';
import type { Arrivals } from '../entries/arrivals.ts';
import type { QueueEntry } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import type { LandingStyle } from './landing-style.ts';
import type { Lock } from '../lock/lock.ts';
import type { ManagedFile } from '../checkouts/managed-files.ts';
import type { OnStep } from '../crash-points.ts';

export interface Candidate {
  commit: string;
  parent: string;
  tree: string;
  entry: QueueEntry;
  /** Aborted when the verdict is no longer wanted: what is below this candidate has not landed. */
  signal: AbortSignal;
}

export interface Verdict {
  ok: boolean;
  output: string;
}

/** What a stretch of landings works with, while it holds the lock. */
export interface LandingContext {
  repository: Repository;
  store: EntryStore;
  lock: Lock;
  now: () => Date;
  session: GitSession;
  pinned: PinnedCheckouts;
  committer: Identity;
  style: LandingStyle;
  sign: boolean;
  managedFiles: (
    entry: QueueEntry,
    parent: string,
    below: readonly QueueEntry[],
  ) => Promise<readonly ManagedFile[]> | readonly ManagedFile[];
  arrivals: Arrivals;
  /** Called for each settled entry, in order, with the managed files that went into its landing. */
  onSettled: (entry: QueueEntry, managedFiles?: readonly ManagedFile[]) => Promise<void>;
  /** Called for an entry that git cannot land; it stays queued. */
  onFailed: (entry: QueueEntry, error: Error) => void;
  onStep: OnStep | undefined;
}

/** How often a landing is rebuilt because somebody else moves the target. */
export const MAX_TIP_ATTEMPTS = 20;
/** Characters of a verify's output and of a reason that are kept. */
export const OUTPUT_MAX_CHARS = 8000;
