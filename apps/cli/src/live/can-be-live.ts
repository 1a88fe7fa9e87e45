type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>;

const LEAST_COLUMNS = 40;
const LEAST_ROWS = 12;

/** Whether terminal lines may be overwritten: not in a pipe, not in CI, and not for screen readers. */
export function canBeLive(
  { isTTY, columns, rows }: Partial<Output>,
  environment: NodeJS.ProcessEnv,
): boolean {
  const off = environment['TERM'] === 'dumb' || environment['ACCESSIBLE'] || environment['CI'];
  return isTTY === true && !off && (columns ?? 0) >= LEAST_COLUMNS && (rows ?? 0) >= LEAST_ROWS;
}
