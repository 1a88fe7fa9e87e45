/** The numbers of a run's workers, from 1. The lowest free number is used next. */
export class WorkerNumbers {
  readonly #busy = new Set<number>();
  readonly #count: () => number;

  /** `count` returns how many may work at the same time, which may change. */
  constructor(count: () => number) {
    this.#count = count;
  }

  get busy(): number {
    return this.#busy.size;
  }

  get allBusy(): boolean {
    return this.#busy.size >= this.#count();
  }

  take(): number {
    let worker = 1;
    while (this.#busy.has(worker)) worker += 1;
    this.#busy.add(worker);
    return worker;
  }

  giveBack(worker: number): void {
    this.#busy.delete(worker);
  }
}
