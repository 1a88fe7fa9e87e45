import { expect, test } from 'vitest';
import { isMachineError, MachineError } from '../../src/index.ts';

test.each([
  [true, Object.assign(new Error('write'), { code: 'ENOSPC' })],
  [true, Object.assign(new Error('open'), { code: 'EMFILE' })],
  [true, new Error('git failed', { cause: new Error('fatal: write error: No space left on device') })],
  [true, Object.assign(new Error('write'), { code: 'EIO' })],
  [true, new Error("fatal: Unable to create 'index.lock': Read-only file system")],
  [true, new Error('fatal: failed to read object: Stale file handle')],
  [true, new Error('fatal: cannot fork: Resource temporarily unavailable')],
  [true, new MachineError('setup ended with exit code 1')],
  [false, Object.assign(new Error('open'), { code: 'ENOENT' })],
  [false, new Error('output.log is not a regular file')],
  [false, 'ENOSPC'],
])('%s for %s', (expected, error) => {
  expect(isMachineError(error)).toBe(expected);
});
