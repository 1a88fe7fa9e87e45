const CODES: ReadonlySet<unknown> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EAGAIN',
  'EIO',
  'EROFS',
  'ESTALE',
  'MACHINE_FAILED',
]);
const WORDS =
  /no space left on device|disk quota exceeded|too many open files|cannot allocate memory|resource temporarily unavailable|read-only file system|input\/output error|stale (?:nfs )?file handle/i;

/** Whether an error or its cause is a failure of the machine, which may be temporary. */
export function isMachineError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isOne = ('code' in error && CODES.has(error.code)) || WORDS.test(error.message);
  return isOne || isMachineError(error.cause);
}
