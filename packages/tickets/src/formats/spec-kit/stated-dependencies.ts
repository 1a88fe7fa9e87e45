const DEPENDS_ON = /\bdepends?\s+(?:up)?on\b:?/i;
/** Ids at the beginning, with the separators between them. */
const LEADING_IDS =
  /^\s*(?:tasks?\s+)?T\d+[A-Za-z]?\b(?:(?:\s*(?:,|&|\+|-|–|and\b|to\b))+\s*T\d+[A-Za-z]?\b)*/i;
/** Longer ranges and lists are taken for typing errors. */
const MOST_IDS = 200;

/** Dependencies stated as in `T014 depends on T012, T013`. `subject` is the task whose own line it is. */
export function statedDependencies(text: string, subject?: string): [string, string][] {
  const [before = '', ...clauses] = text.replaceAll(/[*`]/g, '').split(DEPENDS_ON);
  const edges: [string, string][] = [];
  let waiting = idsIn(lastSentence(before));
  for (const [index, clause] of clauses.entries()) {
    const leading = LEADING_IDS.exec(clause)?.[0] ?? '';
    const objects = idsIn(leading);
    let next = idsIn(lastSentence(clause.slice(leading.length)));
    // In `T014 depends on T012, T015 depends on T013`, the last id of the list is the subject of the next clause.
    const runsOn = next.length === 0 && subject === undefined && index < clauses.length - 1;
    if (runsOn) next = objects.splice(-1);
    const from = subject === undefined ? waiting : [subject];
    for (const one of from) for (const other of objects) edges.push([one, other]);
    waiting = next;
  }
  return edges;
}

function lastSentence(text: string): string {
  return text.split(/[.;](?:\s|$)/).at(-1)!;
}

/** Expands `T004, T006-T008 and T010`. */
function idsIn(text: string): string[] {
  const ids: string[] = [];
  for (const [, range, id = ''] of text.matchAll(/((?:-|–|\bto\b)\s*)?\b(T\d+[A-Za-z]?)\b/gi)) {
    const last = ids.at(-1);
    if (range !== undefined && last !== undefined) ids.push(...between(last, id));
    ids.push(id[0]!.toUpperCase() + id.slice(1));
    if (ids.length > MOST_IDS) break;
  }
  return ids;
}

function between(first: string, last: string): string[] {
  const [from, to] = [Number(first.slice(1)), Number(last.slice(1))];
  if (!(to > from && to - from <= MOST_IDS)) return [];
  const width = first.length - 1;
  return Array.from(
    { length: to - from - 1 },
    (_, index) => `T${String(from + 1 + index).padStart(width, '0')}`,
  );
}
