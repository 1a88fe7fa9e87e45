/** The repository has no journal of this run. */
export class NoSuchRunError extends Error {
  override readonly name = 'NoSuchRunError';
  readonly code = 'NO_SUCH_RUN';
  readonly run: string;

  constructor(run: string, options?: { cause?: unknown }) {
    super(`no run ${JSON.stringify(run)}: list the folders of .sage/runs to see the runs there are`, options);
    this.run = run;
  }
}
