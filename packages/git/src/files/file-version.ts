import { statSync } from 'node:fs';

/**
 * A text that changes whenever the content of a file may have changed; undefined if there is no such file, or none that can be reached. Synchronous:
 * thousands of files are looked at for each landing.
 */
export function fileVersion(file: string): string | undefined {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return undefined;
  }
}
