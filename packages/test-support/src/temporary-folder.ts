import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

let parent: string | undefined;

afterAll(() => {
  if (parent === undefined) return;
  // Some tests leave folders that not even their owner may write to.
  execFileSync('chmod', ['-R', 'u+rwx', parent]);
  rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
});

/** A new folder, removed when the tests of the file are over. */
export function temporaryFolder(): string {
  parent ??= realpathSync(mkdtempSync(join(tmpdir(), 'sage-test-')));
  return mkdtempSync(join(parent, 'd-'));
}
