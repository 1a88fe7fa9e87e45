/** A coding agent: a line for the user's shell that reads its prompt from stdin and works in the current directory. */
export interface Agent {
  readonly name: string;
  readonly command: string;
  /** Whether a run costs tokens, so that a person is told before several are started. */
  readonly metered: boolean;
}
