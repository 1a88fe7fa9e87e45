import type { Verdict } from '../landing/landing-context.ts';

/** What verifying needs of the world: `E` is an entry, `C` a commit that would land. */
export interface VerificationPorts<E, C> {
  /** The entry on top of these candidates (on the target's tip where there are none); undefined when it cannot be. */
  readonly build: (entry: E, below: readonly C[]) => Promise<C | undefined>;
  readonly verify: (entry: E, candidate: C, signal: AbortSignal) => Promise<Verdict>;
  /** Lands candidates that follow each other; false when the target has moved meanwhile, and nothing landed. `flaky`: red before. */
  readonly land: (green: readonly { entry: E; candidate: C; flaky: boolean }[]) => Promise<boolean>;
  /** Twice red, the second time with nothing below it that will not land. */
  readonly eject: (entry: E, verdict: Verdict) => Promise<void>;
  /** Settles an entry that could not be built on the tip itself; false if it can be after all. */
  readonly unbuildable: (entry: E) => Promise<boolean>;
  /** Entries that have come meanwhile. */
  readonly more: () => readonly E[];
  /** Resolves when there may be more. */
  readonly arrival: () => Promise<void>;
  /** Whether nothing new is to be verified. */
  readonly stopped: () => boolean;
}
