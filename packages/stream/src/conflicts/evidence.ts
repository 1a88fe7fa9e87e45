import { git, gitRaw, type Repository } from '@sage/git';
import type { Ticket } from '@sage/tickets';
import { landedTickets } from './landed-tickets.ts';
import type { Evidence } from './likely-files.ts';

/** Collects what a commit of the target tells about the files that tickets will change. */
export async function gatherEvidence(
  repository: Repository,
  tip: string,
  tickets: ReadonlyMap<string, Ticket>,
): Promise<Evidence> {
  const [tree, landed] = await Promise.all([
    git(repository, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', tip]),
    landedTickets(repository, tip),
  ]);
  const paths = new Set(tree.split('\0').filter((path) => path !== ''));
  const named = [...tickets.values()].flatMap(({ docs }) => Object.values(docs));
  const documents = await readDocuments(
    repository,
    tip,
    [...new Set(named)].filter((path) => paths.has(path) && !path.includes('\n')),
  );
  return { tickets, paths, documents, landed };
}

async function readDocuments(
  repository: Repository,
  tip: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const documents = new Map<string, string>();
  if (paths.length === 0) return documents;
  const input = paths.map((path) => `${tip}:${path}\n`).join('');
  const { stdout: output } = await gitRaw(repository, ['cat-file', '--batch'], { input });
  let at = 0;
  for (const path of paths) {
    // `<id> <type> <size>` and as many bytes, or one line with the reason why not.
    const end = output.indexOf('\n', at);
    const [, type, size] = /^\S+ (\w+) (\d+)$/.exec(output.toString('utf8', at, end)) ?? [];
    at = end + 1;
    if (type === undefined) continue;
    documents.set(path, output.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return documents;
}
