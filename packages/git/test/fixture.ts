import { type Files, repository, userGit } from '@sage/test-support/repository';
import { openRepository, type Repository } from '../src/index.ts';

export async function repositoryWith(files: Files, ...init: string[]): Promise<Repository> {
  return openRepository(repository(files, ...init).root);
}

export function head({ root }: Repository): string {
  return userGit(root, 'rev-parse', 'HEAD');
}

export const SAGE = { name: 'Sage', email: 'sage@localhost' };
export const NOON = new Date('2026-01-02T12:00:00Z');
