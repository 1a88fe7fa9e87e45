import { join } from 'node:path';
import type { Repository } from '../repository.ts';
import { quote } from '../repository/settings.ts';

/** Makes git write objects to a separate directory, while it still sees those of the repository. */
export function objectEnvironment(repository: Repository, objects: string): Record<string, string> {
  const own = join(repository.commonDir, 'objects');
  if (objects === own) return { GIT_OBJECT_DIRECTORY: objects };
  const other = /[:"\n\\]/.test(own) ? quote(own) : own;
  return { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: other };
}
