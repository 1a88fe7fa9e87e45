import type { ManagedFile } from '@sage/commit-queue';
import type { TicketChange } from '@sage/tickets';
import type { SourceContent, TicketSource } from '../../ports.ts';

/** The operations on a backlog outside the repository. */
export interface BacklogTool {
  readonly name: string;
  read(): Promise<SourceContent>;
  /** Writes one state. Only called for states that the tool does not have yet. */
  write(change: TicketChange): Promise<void>;
}

/** Reading from the tool takes time, so changes by others are noticed after this long. */
const REREAD_MS = 60_000;

/** A backlog that a tool keeps outside the repository. States are written once, after the landing. */
export class ToolSource implements TicketSource {
  readonly name: string;
  readonly protectedPaths: readonly string[];
  readonly readsCheckout = false;
  readonly #tool: BacklogTool;
  readonly #now: () => number;
  #writing: Promise<void> = Promise.resolve();

  constructor(tool: BacklogTool, protectedPaths: readonly string[], now: () => number = Date.now) {
    this.#tool = tool;
    this.#now = now;
    this.name = tool.name;
    this.protectedPaths = protectedPaths;
  }

  async version(): Promise<string> {
    return String(Math.floor(this.#now() / REREAD_MS));
  }

  read(): Promise<SourceContent> {
    return this.#tool.read();
  }

  stateFiles(): readonly ManagedFile[] {
    return [];
  }

  async isTracked(): Promise<boolean> {
    return false;
  }

  async write(changes: readonly TicketChange[]): Promise<void> {
    // One at a time, because each write first reads what the tool already has.
    const before = this.#writing;
    const writing = (async () => {
      await before.catch(() => {});
      const wanted = changes.filter(({ state }) => state !== undefined);
      if (wanted.length === 0) return;
      const { tickets } = await this.#tool.read();
      const states = new Map(tickets.map(({ id, state }) => [id, state]));
      for (const change of wanted) {
        const known = states.get(change.id);
        if (known === undefined || known === change.state || known === 'COMPLETED') continue;
        await this.#tool.write(change);
        states.set(change.id, change.state ?? known);
      }
    })();
    this.#writing = writing;
    await writing;
  }
}
