import { readFileSync } from 'node:fs';

/** Files that a run has open besides those of its workers, with some to spare, and those of each worker. */
const OWN_FILES = 64;
const FILES_PER_WORKER = 4;

/** How many files this process may have open; Infinity if that is not known (no `/proc`). */
export function openFilesLimit(file = '/proc/self/limits'): number {
  try {
    return Number(/^Max open files +(\d+) /m.exec(readFileSync(file, 'utf8'))?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}

/** How many workers a run can have where so many files may be open; 0 if it cannot start. */
export function workersWithin(openFiles: number): number {
  return Math.max(0, Math.floor((openFiles - OWN_FILES) / FILES_PER_WORKER));
}
