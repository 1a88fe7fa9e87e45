import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { openFilesLimit, workersWithin } from '../src/open-files.ts';

test('the limit of open files is the soft one; Infinity if it is not known', () => {
  const file = join(temporaryFolder(), 'limits');
  expect(openFilesLimit(file)).toBe(Infinity);
  const lines = ['Limit Soft Limit Hard Limit Units', 'Max open files            77    1048576    files '];
  writeFileSync(file, lines.join('\n'));
  expect(openFilesLimit(file)).toBe(77);
  writeFileSync(file, 'Max open files            unlimited    unlimited    files ');
  expect(openFilesLimit(file)).toBe(Infinity);
});

test('a run has as many workers as files may be open for, and none where it could not start', () => {
  expect([0, 64, 67, 68, 100, 1024, Infinity].map(workersWithin)).toEqual([0, 0, 0, 1, 9, 240, Infinity]);
});
