import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let parent: string | undefined;

/** Called when the tests of a file are over; the next file of the same process begins with none. */
export function removeTemporaryFolders(): void {
  if (parent === undefined) return;
  // Some tests leave folders that not even their owner may write to.
  execFileSync('chmod', ['-R', 'u+rwx', parent]);
  rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
  parent = undefined;
}

/** A new folder, removed when the tests of the file are over. */
export function temporaryFolder(): string {
  parent ??= realpathSync(mkdtempSync(join(tmpdir(), 'sage-test-')));
  return mkdtempSync(join(parent, 'd-'));
}
