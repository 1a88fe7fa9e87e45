import { QueueStoppedError } from '@sage/commit-queue';
import { isMachineError } from '@sage/workers';
import { FIX_AND_RESUME } from '../limits/machine-health.ts';

/** Why a run ends before its tickets are done. */
export class Ending {
  readonly #noLanding = new AbortController();
  #givenUp: string | undefined;
  #stopped: string | undefined;

  /** Nothing more starts. Running agents may finish, and finished work lands. */
  giveUp(reason: string): void {
    this.#givenUp ??= reason;
  }

  /** The queue cannot continue: nothing starts, and nothing lands. */
  stop(error: unknown): void {
    this.landNoMore();
    const advice =
      isMachineError(error) && !(error instanceof QueueStoppedError) ? `; ${FIX_AND_RESUME}` : '';
    this.#stopped ??= messageOf(error) + advice;
  }

  landNoMore(): void {
    this.#noLanding.abort();
  }

  get reason(): string | undefined {
    return this.#stopped ?? this.#givenUp;
  }

  /** Aborted when nothing lands any more. */
  get noLanding(): AbortSignal {
    return this.#noLanding.signal;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
