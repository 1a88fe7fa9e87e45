import type { Backlog } from './backlog.ts';
import type { BacklogEdit } from './backlog-edit.ts';

/** The current backlog of a run. Do not cache what it returns, because edits replace it. */
export class LiveBacklog implements Backlog {
  readonly warnings: readonly string[];
  #now: Pick<BacklogEdit, 'backlog' | 'selection'>;

  /** `selection` has the tickets that the run should complete. */
  constructor(backlog: Backlog, selection: ReadonlySet<string>) {
    this.#now = { backlog, selection };
    this.warnings = backlog.warnings;
  }

  get file(): string {
    return this.#now.backlog.file;
  }

  get tickets(): Backlog['tickets'] {
    return this.#now.backlog.tickets;
  }

  get graph(): Backlog['graph'] {
    return this.#now.backlog.graph;
  }

  get heldBack(): Backlog['heldBack'] {
    return this.#now.backlog.heldBack;
  }

  get selection(): ReadonlySet<string> {
    return this.#now.selection;
  }

  replace(next: Pick<BacklogEdit, 'backlog' | 'selection'>): void {
    this.#now = next;
  }
}
