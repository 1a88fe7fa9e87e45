import { isMachineError } from '@sage/workers';
import type { RunContext } from '../context/run-context.ts';
import { LandedEntries } from '../landing/landed-entries.ts';
import type { LandingOutcomes } from '../landing/landing-outcomes.ts';
import { LandingPause } from '../landing/landing-pause.ts';
import { LandingTurns } from '../landing/landing-turns.ts';
import type { Admission } from '../limits/admission.ts';
import { machineFailed } from '../limits/machine-health.ts';
import { messageOf } from '../errors.ts';
import type { Ending } from './ending.ts';

export interface LandingsOptions {
  readonly outcomes: LandingOutcomes;
  readonly admission: Admission;
  readonly ending: Ending;
  /** Aborted when agents have to end. After that, nothing waits to retry a landing. */
  readonly halt: AbortSignal;
  /** Called when a turn is over, perhaps with an error. The caller then calls `over`. */
  readonly onTurnOver: (error: unknown) => void;
  readonly lookAgain: () => void;
}

/** Lands queued work turn by turn, and pauses while the machine fails. */
export class Landings {
  readonly #context: RunContext;
  readonly #options: LandingsOptions;
  readonly #turns: LandingTurns;
  readonly #pause: LandingPause;
  readonly #landed: LandedEntries;

  constructor(context: RunContext, options: LandingsOptions) {
    this.#context = context;
    this.#options = options;
    this.#pause = new LandingPause(context.clock);
    this.#landed = new LandedEntries(context.queue);
    this.#turns = new LandingTurns(() => this.#landQueued(), options.onTurnOver);
  }

  /** Whether nothing is landing, and nothing will after a pause. */
  get idle(): boolean {
    const { ending, halt } = this.#options;
    return this.#turns.idle && !(this.#pause.isOn && !ending.noLanding.aborted && !halt.aborted);
  }

  start(): void {
    const waits = this.#pause.isOn || this.#options.ending.noLanding.aborted;
    if (!waits && !this.#context.killSignal.aborted) this.#turns.start();
  }

  over(error: unknown): void {
    if (error !== undefined) this.#onFailed(error);
    if (this.#turns.over()) this.start();
  }

  end(): void {
    this.#pause.end();
  }

  async #landQueued(): Promise<void> {
    const { queue, target, killSignal } = this.#context;
    const { outcomes, ending, lookAgain } = this.#options;
    const signal = AbortSignal.any([killSignal, ending.noLanding]);
    for await (const entry of queue.process({ target: target.ref, signal })) {
      await outcomes.settle(entry);
      if (entry.state === 'landed') await this.#landed.add();
      lookAgain();
    }
  }

  /** If it is due to the machine, try again later: the entry is still queued. */
  #onFailed(error: unknown): void {
    const { admission, ending, lookAgain } = this.#options;
    if (!isMachineError(error)) return ending.stop(error);
    const pause = admission.onMachineFailed();
    if (pause === undefined)
      return ending.stop(machineFailed(messageOf(error), this.#context.settings.resumeLine));
    this.#context.notice(`landing: ${messageOf(error)}; ${pause}`);
    this.#pause.begin(admission.machinePause(), () => {
      this.start();
      lookAgain();
    });
  }
}
