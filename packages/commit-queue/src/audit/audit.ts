import {
  git,
  type LoggedCommit,
  mergeTrees,
  readLog,
  readRef,
  resolveCommit,
  type Repository,
} from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import { decodeTrailer, ENTRY_TRAILER, TICKET_TRAILER, trailerValues } from '../landing/trailers.ts';

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

/** Checks what has landed against the history alone: is it there, once, and is its tree the merge of its parent and its work? */
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
  const log = await readLog(repository, tip);
  const history: History = { tip, commits: new Map(log.map((commit) => [commit.oid, commit])) };
  const done = new Set<string>();
  const seen = new Map<string, string>();
  for (const { oid: commit, message } of log) {
    const tickets = trailerValues(message, TICKET_TRAILER).map(decodeTrailer);
    for (const ticket of tickets) done.add(ticket);
    for (const entry of trailerValues(message, ENTRY_TRAILER)) {
      const ticket = tickets[0] ?? '';
      report.landings.push({ commit, ticket, entry });
      const before = seen.get(entry);
      if (before !== undefined) {
        const text = `entry ${entry} has landed as ${before} and again as ${commit}: revert one of them`;
        report.problems.push({ kind: 'landed-twice', ticket, entry, commit, message: text });
      }
      seen.set(entry, commit);
    }
  }
  for (const entry of entries) {
    if (entry.target !== target || entry.state !== 'landed' || entry.landed === undefined) continue;
    const problem = await auditEntry(repository, entry, entry.landed, history, managedPaths);
    if (problem === 'compared') report.compared += 1;
    else if (problem !== undefined) report.problems.push(problem);
  }
  for (const ticket of completed) {
    if (done.has(ticket)) continue;
    const message = `${JSON.stringify(ticket)} is said to be done, and no commit of ${target} carries it: find it with git log --all --grep, or run it again`;
    report.problems.push({ kind: 'no-landing', ticket, message });
  }
  return report;
}

interface History {
  tip: string;
  commits: ReadonlyMap<string, LoggedCommit>;
}

async function auditEntry(
  repository: Repository,
  { id, ticket, commit, target }: QueueEntry,
  landed: string,
  history: History,
  managedPaths: readonly string[],
): Promise<AuditProblem | 'compared' | undefined> {
  const about = { ticket, entry: id, commit: landed };
  const landing = history.commits.get(landed);
  if (landing === undefined) {
    const message = `${landed}, the landing of ${JSON.stringify(ticket)}, is not reachable from ${target}: somebody moved the branch back; merge it again`;
    return { kind: 'unreachable', ...about, message };
  }
  const parent = landedOn(landing, ticket, history);
  // Work that was there already keeps its own commit; of cleaned-up work nothing is left to compare.
  if (parent === undefined || landed === commit || (await resolveCommit(repository, commit)) === undefined)
    return undefined;
  const merge = await mergeTrees(repository, parent, commit);
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--name-only', merge.tree, landed];
  const paths = (await git(repository, args)).split('\0').filter((path) => path !== '');
  const others = paths.filter((path) => !managedPaths.includes(path));
  if (merge.conflicts.length === 0 && others.length === 0) return 'compared';
  // What was rebased commit by commit may have gone through where a merge of the whole does not.
  if (merge.conflicts.length > 0 && parent !== landing.parents[0]) return undefined;
  const message = `${landed} is not the merge of its parent and the work of ${JSON.stringify(ticket)} (${others
    .slice(0, 3)
    .map((path) => JSON.stringify(path))
    .join(', ')}): compare it with git diff ${merge.tree} ${landed}`;
  return { kind: 'wrong-content', ...about, message };
}

/** What a landing was put on: below it are the commits of a rebase, which carry its ticket and no entry. */
function landedOn({ parents }: LoggedCommit, ticket: string, { commits }: History): string | undefined {
  for (let oid = parents[0]; oid !== undefined;) {
    const { parents: next, message } = commits.get(oid) ?? { parents: [], message: '' };
    const ofTicket = trailerValues(message, TICKET_TRAILER).map(decodeTrailer).includes(ticket);
    if (!ofTicket || trailerValues(message, ENTRY_TRAILER).length > 0) return oid;
    oid = next[0];
  }
  return undefined;
}
