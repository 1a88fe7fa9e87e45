import type { LikelyFile } from '@sage/scheduler';
import { type Ticket, ticketText } from '@sage/tickets';
import type { LandedTicket } from './landed-tickets.ts';

/** Why a file is likely: the ticket declares it, its text or its docs name it, or similar tickets have changed it. */
export type FileSource = 'declared' | 'text' | 'docs' | 'history';

export interface SourcedFile extends LikelyFile {
  readonly source: FileSource;
}

export interface Evidence {
  readonly tickets: ReadonlyMap<string, Ticket>;
  /** Every file of the target. */
  readonly paths: ReadonlySet<string>;
  /** The contents of documents that tickets name, by path. */
  readonly documents: ReadonlyMap<string, string>;
  /** Newest first. */
  readonly landed: readonly LandedTicket[];
}

/**
 * The chance that a ticket changes a file that its text names. A guess, because many files are only named to be read.
 */
const NAMED_CHANCE = 0.5;
/** Files with a smaller chance, and files beyond this number, are left out. */
const MIN_CHANCE = 0.05;
const MAX_FILES = 50;
/** Every landing changes the ticket index, but no agent does. */
const OWN = /^\.sage\//;

/**
 * Which files a ticket will probably change, with a chance for each. Declared files: 1. Files named in its text: 0.5.
 * Files named in its documents: 0.5, divided by the number of tickets that share the document. Files changed by
 * earlier tickets: the share of those tickets, each weighted by its `similarity`. If several apply to a file, the
 * highest counts.
 */
export function likelyFiles(evidence: Evidence): (id: string) => readonly SourcedFile[] {
  const { tickets, documents, landed } = evidence;
  const sharing = new Map<string, number>();
  for (const { docs } of tickets.values()) {
    const paths = Object.values(docs);
    if (paths.length > 0) for (const path of new Set(paths)) sharing.set(path, (sharing.get(path) ?? 0) + 1);
  }
  const files: NamedFiles = {
    paths: evidence.paths,
    lengths: new Set(Array.from(evidence.paths, ({ length }) => length)),
  };
  const named = new Map<string, ReadonlySet<string>>();
  for (const [path, text] of documents) named.set(path, pathsIn(text, files));
  const earlier = landed.flatMap(({ id, files }) => {
    const ticket = tickets.get(id);
    return ticket ? [{ ticket, words: wordsOf(ticket), files }] : [];
  });
  const known = new Map<string, readonly SourcedFile[]>();

  function find(ticket: Ticket): SourcedFile[] {
    const best = new Map<string, SourcedFile>();
    const add = (path: string, chance: number, source: FileSource): void => {
      if (chance < MIN_CHANCE || OWN.test(path) || (best.get(path)?.chance ?? 0) >= chance) return;
      best.set(path, { path, chance, source });
    };
    for (const path of ticket.files) add(path, 1, 'declared');
    for (const path of pathsIn(ticketText(ticket), files)) add(path, NAMED_CHANCE, 'text');
    for (const document of new Set(Object.values(ticket.docs))) {
      const chance = NAMED_CHANCE / (sharing.get(document) ?? 1);
      for (const path of named.get(document) ?? []) add(path, chance, 'docs');
    }
    for (const [path, share] of changedBySimilar(ticket, earlier)) add(path, share, 'history');
    return [...best.values()]
      .toSorted((a, b) => b.chance - a.chance || (a.path < b.path ? -1 : 1))
      .slice(0, MAX_FILES);
  }

  return (id) => {
    let found = known.get(id);
    if (found === undefined) {
      const ticket = tickets.get(id);
      known.set(id, (found = ticket ? find(ticket) : []));
    }
    return found;
  };
}

interface Earlier {
  readonly ticket: Ticket;
  readonly words: ReadonlySet<string>;
  readonly files: readonly string[];
}

/** For each file, the share of similar tickets that changed it. Counts one additional ticket that changed nothing. */
function changedBySimilar(ticket: Ticket, earlier: readonly Earlier[]): Map<string, number> {
  const sums = new Map<string, number>();
  if (earlier.length === 0) return sums;
  const words = wordsOf(ticket);
  let all = 1;
  for (const { ticket: other, words: others, files } of earlier) {
    const weight = similarity(ticket, words, other, others);
    if (weight === 0) continue;
    all += weight;
    for (const path of files) sums.set(path, (sums.get(path) ?? 0) + weight);
  }
  return new Map([...sums].map(([path, sum]) => [path, sum / all]));
}

/** 1 for the same component and type, or half of that for another type, plus the share of common title words. */
function similarity(
  one: Ticket,
  words: ReadonlySet<string>,
  other: Ticket,
  others: ReadonlySet<string>,
): number {
  const kind = one.component !== other.component ? 0 : one.type === other.type ? 1 : 0.5;
  let common = 0;
  for (const word of words) if (others.has(word)) common++;
  return kind + (common === 0 ? 0 : common / (words.size + others.size - common));
}

/** Shorter words rarely distinguish tickets. */
function wordsOf({ title }: Ticket): Set<string> {
  return new Set(title.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu));
}

/** The files that words of a text may name. */
interface NamedFiles {
  readonly paths: ReadonlySet<string>;
  /** Lengths of the paths. Most words have none of these lengths and need no lookup. */
  readonly lengths: ReadonlySet<number>;
}

/** Words of a text that are paths of files. */
function pathsIn(text: string, { paths, lengths }: NamedFiles): Set<string> {
  const found = new Set<string>();
  for (const word of text.match(/[^\s"'`<>()[\]{},;|*\\]+/g) ?? []) {
    const path = withoutPunctuation(word);
    if (lengths.has(path.length) && paths.has(path)) found.add(path);
  }
  return found;
}

/** Without a leading `./`, and without a trailing `:line:column` or end of a sentence. Takes linear time. */
function withoutPunctuation(word: string): string {
  let end = word.length;
  while (end > 0 && '.:!?'.includes(word[end - 1]!)) end--;
  const inner = word.slice(word.startsWith('./') ? 2 : 0, end);
  return inner.includes(':') ? inner.replace(/(?::\d+){1,2}$/, '') : inner;
}
