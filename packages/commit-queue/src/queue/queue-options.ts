import type { PinnedSettings, Repository } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import type { Candidate, Verdict } from '../landing/landing-context.ts';
import type { LandingStyle } from '../landing/landing-style.ts';
import type { ManagedFile } from '../checkouts/managed-files.ts';
import type { OnStep } from '../crash-points.ts';

export interface CommitQueueOptions {
  /** The repository to land in, or a directory in its work tree. */
  readonly repository: string | Repository;
  /** The repository's configuration; read now by default. */
  readonly pinnedSettings?: PinnedSettings;
  /** The directory of the entries; `<root>/.sage/commit-queue` by default. */
  readonly directory?: string;
  /** How work becomes commits on the target; `squash` by default. */
  readonly style?: LandingStyle;
  /**
   * Files whose content is computed when an entry lands. Called again for each new parent. `below` are the entries
   * before it that have not landed yet, in order.
   */
  readonly managedFiles?: (
    entry: QueueEntry,
    parent: string,
    below: readonly QueueEntry[],
  ) => Promise<readonly ManagedFile[]> | readonly ManagedFile[];
  /**
   * Judges exactly the commit that the target would move to. If it throws, `process` ends and the entry stays queued.
   */
  readonly verify?: (candidate: Candidate) => Promise<Verdict>;
  /**
   * `chain` (the default): every entry's commit is verified. `batch`: only the last one of many is verified, which
   * contains all of them. If it fails, bisection finds the entry to blame.
   */
  readonly verifyMode?: 'chain' | 'batch';
  /** How many verifies run at a time in a chain, each on top of the previous ones; 1 by default. */
  readonly verifySlots?: number;
  /**
   * Identifies the command of verify, and whatever it depends on besides the tree. With a key, a tree that has passed
   * is not verified again, for example if a landing is rebuilt on an unrelated one with the same content.
   */
  readonly verifyKey?: string;
  /** How long to wait for another process that holds the queue, in ms; 5 minutes by default. */
  readonly lockTimeout?: number;
  readonly now?: () => Date;
  /** Called after each step of a landing, for tests that end the process there. */
  readonly onStep?: OnStep;
}
