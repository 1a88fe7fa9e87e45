import type { PinnedSettings, Repository } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import type { Candidate, Verdict } from '../landing/landing-context.ts';
import type { LandingStyle } from '../landing/landing-style.ts';
import type { ManagedFile } from '../checkouts/managed-files.ts';
import type { OnStep } from '../crash-points.ts';

export interface CommitQueueOptions {
  /** The repository to land in, or a directory in its work tree. */
  readonly repository: string | Repository;
  /** What its configuration says; read now by default. */
  readonly pinnedSettings?: PinnedSettings;
  /** Where the entries are; `<root>/.sage/commit-queue` by default. */
  readonly directory?: string;
  /** How work becomes commits of its target; `squash` by default. */
  readonly style?: LandingStyle;
  /**
   * Files whose content is computed when an entry lands; asked again for each new parent. `below` are the entries
   * that it would land after, in order, and that have not landed yet.
   */
  readonly managedFiles?: (
    entry: QueueEntry,
    parent: string,
    below: readonly QueueEntry[],
  ) => Promise<readonly ManagedFile[]> | readonly ManagedFile[];
  /** Judges exactly the commit that the target would move to. What it throws ends `process`, the entry stays queued. */
  readonly verify?: (candidate: Candidate) => Promise<Verdict>;
  /**
   * `chain`: every entry's commit is verified. `batch`: the last one of many, which has all of them; when it fails,
   * the entry to blame is searched for by halves. `chain` by default.
   */
  readonly verifyMode?: 'chain' | 'batch';
  /** Verifies at a time in a chain, each on top of the others before it; 1 by default. */
  readonly verifySlots?: number;
  /**
   * The command of verify and what it depends on beside the tree. With it a tree that has passed is not verified
   * again, for example when a landing is rebuilt on an unrelated one with the same content.
   */
  readonly verifyKey?: string;
  /** How long to wait for another process that holds the queue, in ms; 5 minutes by default. */
  readonly lockTimeout?: number;
  readonly now?: () => Date;
  /** Called after each step of a landing, for tests that end the process there. */
  readonly onStep?: OnStep;
}
