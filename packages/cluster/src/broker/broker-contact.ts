/** After this long without an answer, the run says so. */
const TOLD_AFTER_MS = 10_000;

/** Tracks how long a broker has not answered, and tells a person once when that is long, and once when it is over. */
export class BrokerContact {
  readonly #notice: (text: string) => void;
  readonly #meanwhile: string;
  readonly #now: () => number;
  #answered: number;
  #reason: string | undefined;
  #told = false;

  /** `meanwhile`: what follows from the silence, for the person. */
  constructor(
    notice: (text: string) => void,
    meanwhile: string,
    now: () => number = () => performance.now(),
  ) {
    this.#notice = notice;
    this.#meanwhile = meanwhile;
    this.#now = now;
    this.#answered = now();
  }

  /** Milliseconds since the last answer. */
  get silence(): number {
    return this.#now() - this.#answered;
  }

  /** What is asked in passing: undefined where the broker refuses it. One that cannot be reached answers late, or never. */
  async ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    this.look();
    try {
      const answer = await question();
      this.#answered = this.#now();
      if (this.#told) this.#notice('the broker answers again');
      this.#told = false;
      return answer;
    } catch (error) {
      this.#reason = reasonOf(error);
      return undefined;
    }
  }

  look(): void {
    if (this.#told || this.silence < TOLD_AFTER_MS) return;
    this.#told = true;
    const why = this.#reason === undefined ? '' : ` (${this.#reason})`;
    this.#notice(`the broker does not answer${why}: ${this.#meanwhile}`);
    this.#reason = undefined;
  }
}

/** A transaction is refused because of one of its commands. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return String(error);
  const { previousErrors: [first = error] = [] } = error as Error & { previousErrors?: readonly Error[] };
  return first.message.split('\n')[0];
}
