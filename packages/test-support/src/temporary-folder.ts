import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let parent: string | undefined;

/** Called after the tests of a file. The next file in the same process starts without folders. */
export function removeTemporaryFolders(): void {
  if (parent === undefined) return;
  // Some tests leave folders that not even their owner may write to.
  execFileSync('chmod', ['-R', 'u+rwx', parent]);
  rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
  parent = undefined;
}

/** A new folder, which is removed after the tests of the file. */
export function temporaryFolder(): string {
  parent ??= realpathSync(mkdtempSync(join(tmpdir(), 'sage-test-')));
  return mkdtempSync(join(parent, 'd-'));
}
