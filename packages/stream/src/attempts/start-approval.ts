import type { Ticket } from '@sage/tickets';
import type { StartApprovalSettings } from '../context/run-context.ts';

/** Asks a person about tickets before they start. Nothing else waits for the answer. */
export class StartApproval {
  readonly #settings: StartApprovalSettings;
  readonly #answered: () => void;
  readonly #chosen = new Set<string>();
  readonly #refused = new Set<string>();
  #isOpen = false;
  #hasQuit = false;

  /** `answered` is called when there is an answer to act on. */
  constructor(settings: StartApprovalSettings, answered: () => void) {
    this.#settings = settings;
    this.#answered = answered;
  }

  /**
   * Whether a ticket may start; undefined while a person has not answered. `startable` returns what could start
   * beside it.
   */
  answerOn(
    { id, component }: Ticket,
    ticketOf: (id: string) => Ticket | undefined,
    startable: () => readonly Ticket[],
  ): 'yes' | 'no' | 'quit' | undefined {
    if (this.#hasQuit) return 'quit';
    if (this.#chosen.has(id)) return 'yes';
    if (this.#refused.has(id)) return 'no';
    const { components } = this.#settings;
    const batch = components?.get(component) ?? [id];
    // The batch of its component does not include it.
    if (!batch.includes(id)) return 'no';
    if (this.#isOpen) return undefined;
    this.#isOpen = true;
    if (components)
      void this.#ask(
        batch.flatMap((one) => ticketOf(one) ?? []),
        component,
      );
    else void this.#ask(startable());
    return undefined;
  }

  async #ask(tickets: readonly Ticket[], component?: string): Promise<void> {
    const answer = await this.#settings.ask({
      kind: 'batch',
      tickets,
      ...(component !== undefined && { component }),
    });
    this.#isOpen = false;
    if (answer === 'quit') this.#hasQuit = true;
    const all = tickets.map(({ id }) => id);
    const chosen = answer === 'yes' ? all : typeof answer === 'object' && 'only' in answer ? answer.only : [];
    for (const id of all) (chosen.includes(id) ? this.#chosen : this.#refused).add(id);
    this.#answered();
  }
}
