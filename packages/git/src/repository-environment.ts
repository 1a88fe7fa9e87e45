import { join } from 'node:path';
import type { Repository } from './repository.ts';

/** Explicit paths: nothing that is written into the work tree later can redirect a command. */
export function repositoryEnvironment({ gitDir, commonDir, settings }: Repository): Record<string, string> {
  if (settings === undefined) return { GIT_DIR: gitDir };
  return { GIT_DIR: gitDir, GIT_COMMON_DIR: settings, GIT_OBJECT_DIRECTORY: join(commonDir, 'objects') };
}
