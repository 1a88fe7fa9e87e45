import {
  findTrailers,
  git,
  isAncestor,
  mergeTrees,
  readRef,
  resolveCommit,
  type Repository,
} from '@sage/git';
import type { QueueEntry } from './entry.ts';
import { decodeTrailer, ENTRY_TRAILER, TICKET_TRAILER } from './trailers.ts';

export interface AuditOptions {
  /** Full ref. */
  target: string;
  /** Paths that landings may change beside their work, such as the ticket index. */
  managedPaths?: readonly string[];
  /** Tickets that somebody says are done: each must have a landing. */
  completed?: readonly string[];
}

export type AuditProblemKind =
  | 'target-gone'
  | 'unreachable'
  | 'landed-twice'
  | 'wrong-content'
  | 'no-landing';

export interface AuditProblem {
  kind: AuditProblemKind;
  ticket?: string;
  entry?: string;
  commit?: string;
  /** One line: what is wrong, and what to do. */
  message: string;
}

export interface AuditReport {
  target: string;
  /** The commits of the target that carry an entry, oldest first. */
  landings: { commit: string; ticket: string; entry: string }[];
  /** How many of them were merged again and compared; for the others the work is no longer kept. */
  compared: number;
  problems: AuditProblem[];
}

/** Checks what has landed against git alone: is it there, once, and is its tree the merge of its parent and its work? */
export async function auditLandings(
  repository: Repository,
  entries: readonly QueueEntry[],
  { target, managedPaths = [], completed = [] }: AuditOptions,
): Promise<AuditReport> {
  const report: AuditReport = { target, landings: [], compared: 0, problems: [] };
  const tip = await readRef(repository, target);
  if (tip === undefined) {
    const message = `${target} does not exist: make it again at the commit it was at (git reflog)`;
    return { ...report, problems: [{ kind: 'target-gone', message }] };
  }
  const carried = await findTrailers(repository, undefined, tip, ENTRY_TRAILER);
  const tickets = new Map(
    (await findTrailers(repository, undefined, tip, TICKET_TRAILER)).map(({ commit, values }) => [
      commit,
      values,
    ]),
  );
  const seen = new Map<string, string>();
  for (const { commit, values } of carried.toReversed()) {
    for (const entry of values) {
      const ticket = decodeTrailer(tickets.get(commit)?.[0] ?? '%');
      report.landings.push({ commit, ticket, entry });
      const before = seen.get(entry);
      if (before !== undefined) {
        const message = `entry ${entry} has landed as ${before} and again as ${commit}: revert one of them`;
        report.problems.push({ kind: 'landed-twice', ticket, entry, commit, message });
      }
      seen.set(entry, commit);
    }
  }
  for (const entry of entries) {
    if (entry.target !== target || entry.state !== 'landed' || entry.landed === undefined) continue;
    const problem = await auditEntry(repository, entry, entry.landed, tip, managedPaths);
    if (problem === 'compared') report.compared += 1;
    else if (problem !== undefined) report.problems.push(problem);
  }
  const done = new Set([...tickets.values()].flat().map(decodeTrailer));
  for (const ticket of completed) {
    if (done.has(ticket)) continue;
    const message = `${JSON.stringify(ticket)} is said to be done, and no commit of ${target} carries it: find it with git log --all --grep, or run it again`;
    report.problems.push({ kind: 'no-landing', ticket, message });
  }
  return report;
}

async function auditEntry(
  repository: Repository,
  { id, ticket, commit, target }: QueueEntry,
  landed: string,
  tip: string,
  managedPaths: readonly string[],
): Promise<AuditProblem | 'compared' | undefined> {
  const about = { ticket, entry: id, commit: landed };
  const there = await resolveCommit(repository, landed);
  if (there === undefined || !(await isAncestor(repository, landed, tip))) {
    const message = `${landed}, the landing of ${JSON.stringify(ticket)}, is not reachable from ${target}: somebody moved the branch back; merge it again`;
    return { kind: 'unreachable', ...about, message };
  }
  const parent = await resolveCommit(repository, `${landed}^`);
  // Work that was there already keeps its own commit; of cleaned-up work nothing is left to compare.
  if (parent === undefined || landed === commit || (await resolveCommit(repository, commit)) === undefined)
    return undefined;
  const merge = await mergeTrees(repository, parent, commit);
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--name-only', merge.tree, landed];
  const paths = (await git(repository, args)).split('\0').filter((path) => path !== '');
  const others = paths.filter((path) => !managedPaths.includes(path));
  if (merge.conflicts.length === 0 && others.length === 0) return 'compared';
  const message = `${landed} is not the merge of its parent and the work of ${JSON.stringify(ticket)} (${others
    .slice(0, 3)
    .map((path) => JSON.stringify(path))
    .join(', ')}): compare it with git diff ${merge.tree} ${landed}`;
  return { kind: 'wrong-content', ...about, message };
}
