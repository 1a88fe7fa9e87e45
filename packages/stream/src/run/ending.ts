import { QueueStoppedError } from '@sage/commit-queue';
import { isMachineError } from '@sage/workers';
import { messageOf } from '../errors.ts';
import { thenResume } from '../limits/then-resume.ts';

/** Why a run ends before its tickets are done. */
export class Ending {
  readonly #noLanding = new AbortController();
  #givenUp: string | undefined;
  #stopped: string | undefined;
  readonly #resumeLine: string | undefined;

  constructor(resumeLine?: string) {
    this.#resumeLine = resumeLine;
  }

  /** Nothing more starts. Running agents may finish, and finished work lands. */
  giveUp(reason: string): void {
    this.#givenUp ??= reason;
  }

  /** The queue cannot continue: nothing starts, and nothing lands. */
  stop(error: unknown): void {
    this.landNoMore();
    const isMachine = isMachineError(error) && !(error instanceof QueueStoppedError);
    const advice = isMachine ? `; ${thenResume('fix that', this.#resumeLine)}` : '';
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
