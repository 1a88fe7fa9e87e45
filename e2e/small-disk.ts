import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import type { TestContext } from 'vitest';

/** A file system of 24 MB in the place of a folder, with what is in it. Skips the test where this user may not mount one. */
export function onSmallDisk(
  folder: string,
  { onTestFinished, skip }: Pick<TestContext, 'onTestFinished' | 'skip'>,
): void {
  const before = `${folder}.before`;
  mkdirSync(folder, { recursive: true });
  renameSync(folder, before);
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'none', folder], { stdio: 'ignore' });
  } catch {
    skip('needs a user who may mount a file system');
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  cpSync(before, folder, { recursive: true });
  rmSync(before, { recursive: true });
}
