import type { AgentRun, WorkRequest } from '@sage/workers';
import type { Broker } from '../broker/broker.ts';
import { sendOrder } from '../broker/orders.ts';
import type { Said } from '../protocol/payload.ts';
import type { CodeExchange } from './code-exchange.ts';

export interface TalkOptions {
  readonly broker: Broker;
  readonly code: CodeExchange;
  readonly request: WorkRequest;
  readonly run: AgentRun;
  readonly job: string;
  readonly fence: number;
  readonly notice: (text: string) => void;
}

/** The messages between coordinator and worker during an attempt. */
export class AttemptTalk {
  readonly #options: TalkOptions;
  /** The name of the worker that has it; undefined while it waits for one. */
  #worker: string | undefined;
  /** Questions that a person is answering or has answered, because workers repeat their questions. */
  readonly #asked = new Set<number>();
  /** Why the last question could not be asked. */
  #problem: string | undefined;

  constructor(options: TalkOptions) {
    this.#options = options;
  }

  get worker(): string | undefined {
    return this.#worker;
  }

  waiting(): void {
    this.#does('waiting for a worker');
  }

  onSaid = (said: Said): void => {
    const { run, request, notice } = this.#options;
    switch (said.kind) {
      case 'started':
        this.#worker = said.worker;
        this.#does(`on ${said.worker}`);
        return;
      case 'report':
        run.onReport?.(said.report);
        return;
      case 'quiet':
        run.onQuiet?.(said.seconds);
        return;
      case 'permission':
        if (this.#isRepeated(said.question)) return;
        void this.#permit(said).catch(() => {});
        return;
      case 'review':
        if (this.#isRepeated(said.question)) return;
        void this.#review(said).catch((error: unknown) => {
          // The remote may be available again when the worker repeats its question.
          this.#asked.delete(said.question);
          const problem = `${request.ticket.id}: ${error instanceof Error ? error.message : String(error)}`;
          if (problem !== this.#problem) notice(problem);
          this.#problem = problem;
        });
    }
  };

  #isRepeated(question: number): boolean {
    const isRepeated = this.#asked.has(question);
    this.#asked.add(question);
    return isRepeated;
  }

  #does(activity: string): void {
    this.#options.run.onReport?.({ text: '', denied: [], activity });
  }

  async #permit({ question, title, paths, request }: Extract<Said, { kind: 'permission' }>): Promise<void> {
    const { run, job, fence, broker } = this.#options;
    const yes = (await run.onPermission?.({ title, kind: request, paths })) ?? false;
    await sendOrder(broker.redis, job, { kind: 'allowed', fence, question, yes });
  }

  async #review(said: Extract<Said, { kind: 'review' }>): Promise<void> {
    const { broker, code, run, job, fence, request } = this.#options;
    const { base, ticket } = request;
    const { question, ref, head, summary, passed } = said;
    const wrong = await code.receive(ticket.id, { ref, head, base });
    if (wrong !== undefined) throw new Error(`a question of a worker is refused: ${wrong}`);
    const changedFiles = await code.changedFiles(base, head);
    const review = await run.onReview?.({ base, commit: head, changedFiles, summary, passed });
    if (review) await sendOrder(broker.redis, job, { kind: 'reviewed', fence, question, review });
  }
}
