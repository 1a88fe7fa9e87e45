import type { PinnedCheckouts, GitSession, Identity, Repository } from '@sage/git';
import type { Arrivals } from '../entries/arrivals.ts';
import type { QueueEntry } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import type { LandingStyle } from './landing-style.ts';
import type { Lock } from '../lock/lock.ts';
import type { ManagedFile } from '../checkouts/managed-files.ts';
import type { OnStep } from '../crash-points.ts';

export interface Candidate {
  readonly commit: string;
  readonly parent: string;
  readonly tree: string;
  readonly entry: QueueEntry;
  /** Aborted when the verdict is no longer wanted: what is below this candidate has not landed. */
  readonly signal: AbortSignal;
}

export interface Verdict {
  readonly ok: boolean;
  readonly output: string;
  /** A file with all of the output. */
  readonly log?: string;
}

/** What a stretch of landings works with, while it holds the lock. */
export interface LandingContext {
  readonly repository: Repository;
  readonly store: EntryStore;
  readonly lock: Lock;
  readonly now: () => Date;
  readonly session: GitSession;
  readonly pinned: PinnedCheckouts;
  readonly committer: Identity;
  readonly style: LandingStyle;
  readonly sign: boolean;
  readonly managedFiles: (
    entry: QueueEntry,
    parent: string,
    below: readonly QueueEntry[],
  ) => Promise<readonly ManagedFile[]> | readonly ManagedFile[];
  readonly arrivals: Arrivals;
  /** Called for each settled entry, in order, with the managed files that went into its landing. */
  readonly onSettled: (entry: QueueEntry, managedFiles?: readonly ManagedFile[]) => Promise<void>;
  /** Called for an entry that git cannot land; it stays queued. */
  readonly onFailed: (entry: QueueEntry, error: Error) => void;
  readonly onStep: OnStep | undefined;
}

/** How often a landing is rebuilt because somebody else moves the target. */
export const MAX_TIP_ATTEMPTS = 20;
/** Characters of a verify's output and of a reason that are kept. */
export const OUTPUT_MAX_CHARS = 8000;
