import type { RunEvent } from '@sage/journal';

/** Shows a run to someone. */
export interface Reporter {
  readonly event: (event: RunEvent) => void;
  /** Takes earlier events into account without showing them. */
  readonly resumed: (events: readonly RunEvent[]) => void;
  /** Shows a message between the events. */
  readonly notice: (text: string) => void;
}
