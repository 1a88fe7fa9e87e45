import {
  brokenCheckouts,
  GitSession,
  type LoggedCommit,
  readLog,
  readRef,
  resolveCommit,
  trailerValues,
  type Repository,
} from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import { decodeTrailer, ENTRY_TRAILER, TICKET_TRAILER } from '../landing/trailers.ts';
import { compareLanding, type Comparison } from './compare-landing.ts';

/** A statement that a ticket is done. */
export interface Claim {
  readonly ticket: string;
  /** The source of the claim, for people: `the ticket index`, `run 42`. */
  readonly by: string;
  /** The full id of the landing that it names. */
  readonly commit?: string;
}

export interface AuditOptions {
  /** Full ref. */
  readonly target: string;
  /** Matches paths that landings may change in addition to their work, such as the ticket index. */
  readonly isManaged?: (path: string) => boolean;
  /** Each of these tickets must have a landing. */
  readonly claims?: readonly Claim[];
}

export type AuditProblemKind =
  | 'target-gone'
  | 'unreachable'
  | 'landed-twice'
  | 'wrong-content'
  | 'no-landing'
  | 'broken-checkout';

export interface AuditProblem {
  readonly kind: AuditProblemKind;
  readonly ticket?: string;
  readonly entry?: string;
  readonly commit?: string;
  /** What is wrong and what to do, in one line. */
  readonly message: string;
}

/** A ticket that is claimed to be done, and every source that claims it. */
export interface DoneTicket {
  readonly ticket: string;
  readonly by: string[];
}

export interface AuditReport {
  readonly target: string;
  /** The commits of the target that carry an entry, oldest first. */
  readonly landings: { commit: string; ticket: string; entry: string }[];
  /** Sorted by id. */
  done: DoneTicket[];
  /** How many landings were merged again and compared. The work of the others is no longer kept. */
  compared: number;
  readonly problems: AuditProblem[];
}

/**
 * Checks landings against the history alone. Each one must exist exactly once, and its tree must be its parent's tree
 * with the work applied. Every landing named by an entry or a claim must still be there.
 */
export async function auditLandings(
  repository: Repository,
  entries: readonly QueueEntry[],
  { target, isManaged = () => false, claims = [] }: AuditOptions,
): Promise<AuditReport> {
  const report: AuditReport = { target, landings: [], done: [], compared: 0, problems: [] };
  const tip = await readRef(repository, target);
  if (tip === undefined) {
    const message = `${target} does not exist: make it again at the commit it was at (git reflog)`;
    return { ...report, problems: [{ kind: 'target-gone', message }] };
  }
  const log = await readLog(repository, tip);
  const commits = new Map(log.map((commit) => [commit.oid, commit]));
  const words = new Map<string, Set<string>>();
  const say = (ticket: string, by: string) => words.set(ticket, (words.get(ticket) ?? new Set()).add(by));
  const done = new Set<string>();
  const seen = new Map<string, string>();
  for (const { oid: commit, message } of log) {
    const tickets = trailerValues(message, TICKET_TRAILER).map(decodeTrailer);
    for (const ticket of tickets) {
      done.add(ticket);
      say(ticket, `commit ${commit}`);
    }
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
  const lost = new Set<string>();
  await using session = new GitSession(repository);
  for (const entry of entries) {
    if (entry.target !== target || entry.state !== 'landed' || entry.landed === undefined) continue;
    const { id, ticket, landed } = entry;
    say(ticket, `entry ${id}`);
    const landing = commits.get(landed);
    if (landing === undefined) {
      lost.add(ticket);
      report.problems.push(await unreachable(repository, target, { ticket, entry: id, commit: landed }));
      continue;
    }
    const parent = landedOn(landing, ticket, commits);
    const comparison = await compareLanding(session, entry, { landing, parent, isManaged });
    if (comparison === 'same') report.compared += 1;
    else if (typeof comparison === 'object') report.problems.push(wrongContent(entry, landed, comparison));
  }
  for (const { ticket, by, commit } of claims) {
    say(ticket, by);
    if (commit !== undefined && commits.has(commit)) done.add(ticket);
    else if (commit !== undefined && !done.has(ticket) && !lost.has(ticket)) {
      lost.add(ticket);
      report.problems.push(await unreachable(repository, target, { ticket, commit }));
    }
  }
  for (const ticket of new Set(claims.map((claim) => claim.ticket))) {
    if (done.has(ticket) || lost.has(ticket)) continue;
    const who = [...(words.get(ticket) ?? [])].join(', ');
    const message = `${JSON.stringify(ticket)} is done according to ${who}, and no commit of ${target} carries it: find it with git log --all --grep, or run it again`;
    report.problems.push({ kind: 'no-landing', ticket, message });
  }
  for (const path of await brokenCheckouts(repository, target)) {
    const message = `the worktree ${path} of ${target} is gone or has lost its .git, so landings skip it: git worktree repair, or git worktree prune`;
    report.problems.push({ kind: 'broken-checkout', message });
  }
  report.done = [...words]
    .map(([ticket, by]) => ({ ticket, by: [...by] }))
    .toSorted((a, b) => (a.ticket < b.ticket ? -1 : 1));
  return report;
}

async function unreachable(
  repository: Repository,
  target: string,
  about: { ticket: string; entry?: string; commit: string },
): Promise<AuditProblem> {
  const { ticket, commit } = about;
  const kept = (await resolveCommit(repository, commit)) !== undefined;
  const advice = kept
    ? `bring it back with git cherry-pick ${commit}`
    : 'git no longer has it: run the ticket again';
  const message = `${commit}, the landing of ${JSON.stringify(ticket)}, is not reachable from ${target}, because somebody moved the branch back: ${advice}`;
  return { kind: 'unreachable', ...about, message };
}

function wrongContent(
  { id, ticket }: QueueEntry,
  commit: string,
  { tree, paths }: Exclude<Comparison, string>,
): AuditProblem {
  const shown = paths.slice(0, 3).map((path) => JSON.stringify(path));
  const message = `${commit} is not its parent with the work of ${JSON.stringify(ticket)} applied (${shown.join(', ')}): compare it with git diff ${tree} ${commit}`;
  return { kind: 'wrong-content', ticket, entry: id, commit, message };
}

/**
 * The commit that a landing was put on. Below the landing are the commits of a rebase, which carry its ticket but no
 * entry.
 */
function landedOn(
  { parents }: LoggedCommit,
  ticket: string,
  commits: ReadonlyMap<string, LoggedCommit>,
): string | undefined {
  for (let oid = parents[0]; oid !== undefined;) {
    const { parents: next, message } = commits.get(oid) ?? { parents: [], message: '' };
    const ofTicket = trailerValues(message, TICKET_TRAILER).map(decodeTrailer).includes(ticket);
    if (!ofTicket || trailerValues(message, ENTRY_TRAILER).length > 0) return oid;
    oid = next[0];
  }
  return undefined;
}
