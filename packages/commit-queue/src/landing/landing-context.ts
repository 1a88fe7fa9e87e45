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
  /** Aborted if the verdict is no longer needed, because a candidate below this one did not land. */
  readonly signal: AbortSignal;
}

export interface Verdict {
  readonly ok: boolean;
  readonly output: string;
  /** A file with the whole output. */
  readonly log?: string;
}

/** The context of a series of landings, while the lock is held. */
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
  /** Called for each settled entry, in order, with the managed files of its landing. */
  readonly onSettled: (entry: QueueEntry, managedFiles?: readonly ManagedFile[]) => Promise<void>;
  /** Called for an entry that git cannot land. It stays queued. */
  readonly onFailed: (entry: QueueEntry, error: Error) => void;
  readonly onStep: OnStep | undefined;
}

/** How often a landing is rebuilt because someone else moves the target. */
export const MAX_TIP_ATTEMPTS = 20;
/** How many characters of a verify's output, or of a reason, are kept. */
export const OUTPUT_MAX_CHARS = 8000;
