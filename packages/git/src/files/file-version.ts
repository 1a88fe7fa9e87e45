import { statSync } from 'node:fs';

/**
 * A text that changes whenever the content of a file may have changed; undefined if the file does not exist or cannot
 * be reached. Synchronous, because each landing checks thousands of files.
 */
export function fileVersion(file: string): string | undefined {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return undefined;
  }
}
