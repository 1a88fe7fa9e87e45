/** After this long without an answer, the run tells the person. */
const TOLD_AFTER_MS = 10_000;

/**
 * Tracks how long a broker has not answered. Tells a person once when that becomes long, and once when it is over.
 */
export class BrokerContact {
  readonly #notice: (text: string) => void;
  readonly #meanwhile: string;
  readonly #now: () => number;
  #answered: number;
  #reason: string | undefined;
  #told = false;

  /** `meanwhile` tells the person what the silence means for the run. */
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

  /**
   * Asks a question whose answer is optional: undefined if the broker refuses. If the broker cannot be reached, the
   * answer comes late or never.
   */
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

/** The reason for a refused transaction is in the error of one of its commands. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return String(error);
  const { previousErrors: [first = error] = [] } = error as Error & { previousErrors?: readonly Error[] };
  return first.message.split('\n')[0];
}
