import type { Ticket } from '@sage/tickets';
import type { Ask } from '../context/ask.ts';

/** Asks a person about tickets before they start, as many at a time as workers are free. Nothing waits for the answer. */
export class BatchApproval {
  readonly #ask: Ask;
  readonly #answered: () => void;
  readonly #chosen = new Set<string>();
  readonly #refused = new Set<string>();
  #isOpen = false;
  #hasQuit = false;

  /** `answered` is called when there is an answer to act on. */
  constructor(ask: Ask, answered: () => void) {
    this.#ask = ask;
    this.#answered = answered;
  }

  get hasQuit(): boolean {
    return this.#hasQuit;
  }

  /** What a person has decided about a ticket; undefined while nothing is decided. */
  decisionOn(id: string): 'start' | 'leave' | undefined {
    if (this.#chosen.has(id)) return 'start';
    return this.#refused.has(id) ? 'leave' : undefined;
  }

  /** Asks about these, unless a question is open. */
  ask(tickets: readonly Ticket[]): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    void this.#decide(tickets).then(this.#answered);
  }

  async #decide(tickets: readonly Ticket[]): Promise<void> {
    const answer = await this.#ask({ kind: 'batch', tickets });
    this.#isOpen = false;
    if (answer === 'quit') this.#hasQuit = true;
    const all = tickets.map(({ id }) => id);
    const chosen = answer === 'yes' ? all : typeof answer === 'object' && 'only' in answer ? answer.only : [];
    for (const id of all) (chosen.includes(id) ? this.#chosen : this.#refused).add(id);
  }
}
