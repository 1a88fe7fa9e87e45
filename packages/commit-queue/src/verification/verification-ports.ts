import type { Verdict } from '../landing/landing-context.ts';

/** The effects that verification needs. `E` is an entry, `C` a commit that would land. */
export interface VerificationPorts<E, C> {
  /**
   * Builds the entry on top of these candidates (on the target's tip if there are none); undefined if that is
   * impossible.
   */
  readonly build: (entry: E, below: readonly C[]) => Promise<C | undefined>;
  readonly verify: (entry: E, candidate: C, signal: AbortSignal) => Promise<Verdict>;
  /**
   * Lands consecutive candidates. False if the target has moved in the meantime, and nothing landed. `flaky`: it was
   * red before.
   */
  readonly land: (green: readonly { entry: E; candidate: C; flaky: boolean }[]) => Promise<boolean>;
  /** Called for an entry that was red twice, the second time with nothing below it that will not land. */
  readonly eject: (entry: E, verdict: Verdict) => Promise<void>;
  /** Settles an entry that could not be built on the tip itself; false if it now can be. */
  readonly unbuildable: (entry: E) => Promise<boolean>;
  /** Entries that have arrived in the meantime. */
  readonly more: () => readonly E[];
  /** Resolves when there may be more entries. */
  readonly arrival: () => Promise<void>;
  /** Whether nothing more should be verified. */
  readonly stopped: () => boolean;
}
