type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>;

const LEAST_COLUMNS = 40;
const LEAST_ROWS = 12;

/** Whether lines of a terminal may be written again: not in a pipe, in CI, or for who listens to it instead of looking. */
export function canBeLive(
  { isTTY, columns, rows }: Partial<Output>,
  environment: NodeJS.ProcessEnv,
): boolean {
  const off = environment['TERM'] === 'dumb' || environment['ACCESSIBLE'] || environment['CI'];
  return isTTY === true && !off && (columns ?? 0) >= LEAST_COLUMNS && (rows ?? 0) >= LEAST_ROWS;
}
