import type { RunLog } from '@sage/journal';
import type { WorkerPool } from '../ports.ts';
import type { LiveInput } from './live-inputs.ts';

export interface FleetInputOptions {
  readonly workers: Pick<WorkerPool, 'slots'>;
  readonly log: Pick<RunLog, 'state' | 'emit'>;
  /** How many attempts run at the same time if no other machine has joined. */
  readonly alone: number;
}

/** Gives a run as many workers as other machines have room for, unless a person sets the number. */
export class FleetInput implements LiveInput {
  readonly #options: FleetInputOptions;
  #said: number;

  constructor(options: FleetInputOptions) {
    this.#options = options;
    this.#said = options.log.state.workers;
  }

  hasChanged(): Promise<boolean> {
    return Promise.resolve(this.#wanted !== this.#said && this.#options.log.state.workers === this.#said);
  }

  async take(): Promise<void> {
    this.#said = this.#wanted;
    await this.#options.log.emit({ event: 'run.workers', workers: this.#said });
  }

  get #wanted(): number {
    const { slots = 0 } = this.#options.workers;
    return slots === 0 ? this.#options.alone : slots;
  }
}
