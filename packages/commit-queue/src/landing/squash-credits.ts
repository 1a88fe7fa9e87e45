import { type GitSession, parseSignatureLine, readCommit } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import { trailerLines } from './trailers.ts';

/** More commits than this are not the steps of one ticket. */
const MAX_COMMITS = 500;
const MAX_LINES = 100;
const MAX_LINE_CHARS = 500;
/** Repository hosts run no checks on a commit with such a message. */
const SKIPS_CHECKS = /^skip-checks:|\[[a-z -]*(ci|actions)[a-z -]*\]/i;

/**
 * Credits from the commits that a squash replaces, as lines of trailers: the commits' own trailers, and each author
 * other than that of the last commit. Lines that the entry's message already has are left out.
 */
export async function squashCredits(session: GitSession, entry: QueueEntry): Promise<string[]> {
  const steps = await stepsOf(session, entry);
  const author = entry.author ? `${entry.author.name} <${entry.author.email}>` : steps.at(-1)?.author;
  const others = entry.author ? [] : steps.map((step) => `Co-authored-by: ${step.author}`);
  const lines = [...steps.flatMap((step) => trailerLines(step.message)), ...others]
    .map((line) => line.replaceAll(/[\p{C}\s]+/gu, ' ').trim())
    .filter((line) => line.length <= MAX_LINE_CHARS && !SKIPS_CHECKS.test(line));
  const known = new Set([...entry.message.split('\n'), `Co-authored-by: ${author}`].map(alike));
  const credits: string[] = [];
  for (const line of lines) {
    if (known.has(alike(line))) continue;
    known.add(alike(line));
    credits.push(line);
  }
  return credits.slice(0, MAX_LINES);
}

function alike(line: string): string {
  return line.trim().toLowerCase();
}

interface Step {
  readonly message: string;
  /** `Name <email>`. */
  readonly author: string;
}

/** Along first parents, oldest first. Commits brought in by a merge belong to others. */
async function stepsOf(session: GitSession, { base, commit }: QueueEntry): Promise<Step[]> {
  const steps: Step[] = [];
  for (let at = commit; at !== base;) {
    const raw = await session.readCommit(at);
    const [parent] = raw?.parents ?? [];
    // The work did not start at its base, so only the last commit is certainly its own.
    if (!raw || parent === undefined || steps.length === MAX_COMMITS) return steps.slice(-1);
    const { message, author } =
      raw.encoding === undefined
        ? { message: raw.message, author: parseSignatureLine(raw.author) }
        : await readCommit(session.repository, at);
    steps.unshift({ message, author: `${author.name} <${author.email}>` });
    at = parent;
  }
  return steps;
}
