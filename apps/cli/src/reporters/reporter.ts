import type { RunEvent } from '@sage/journal';

/** Shows a run to someone. */
export interface Reporter {
  readonly event: (event: RunEvent) => void;
  /** Takes in what happened before, without a word. */
  readonly resumed: (events: readonly RunEvent[]) => void;
  /** One line beside the events. */
  readonly notice: (text: string) => void;
}
