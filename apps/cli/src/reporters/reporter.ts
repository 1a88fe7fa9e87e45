import type { RunEvent } from '@sage/journal';

/** Shows a run to someone. */
export interface Reporter {
  readonly event: (event: RunEvent) => void;
  /** One line that is no event. */
  readonly notice: (text: string) => void;
}
