import { objectFormat } from './loose-object.ts';
import type { GitSession } from './session.ts';

interface RawEntry {
  /** As written in the tree: `40000`, `100644`, ... */
  readonly mode: string;
  /** A byte string. */
  readonly name: string;
  oid: string;
}

/**
 * `tree` with the content of one file edited, and its name and mode kept. Needs no index and no process. Returns the
 * same tree if it has no regular file at this path, or if the edit changes nothing. Errors of `edit` are passed on.
 */
export async function editFileInTree(
  session: GitSession,
  tree: string,
  path: string,
  edit: (content: Uint8Array) => string | Uint8Array,
): Promise<string> {
  const [step = '', ...rest] = Buffer.from(path, 'utf8').toString('latin1').split('/');
  return editEntry(session, tree, step, rest, edit);
}

async function editEntry(
  session: GitSession,
  tree: string,
  step: string,
  rest: readonly string[],
  edit: (content: Uint8Array) => string | Uint8Array,
): Promise<string> {
  const content = await session.readObject(tree, 'tree');
  if (content === undefined) return tree;
  const entries = parseTree(content, tree.length / 2);
  const entry = entries.find(({ name }) => name === step);
  if (entry === undefined) return tree;
  const [next, ...others] = rest;
  if (next === undefined) {
    const blob = entry.mode.startsWith('100') ? await session.readObject(entry.oid, 'blob') : undefined;
    if (blob === undefined) return tree;
    const edited = Buffer.from(edit(blob));
    if (edited.equals(blob)) return tree;
    entry.oid = session.writeObject('blob', edited, objectFormat(tree));
  } else {
    if (entry.mode !== '40000') return tree;
    const edited = await editEntry(session, entry.oid, next, others, edit);
    if (edited === entry.oid) return tree;
    entry.oid = edited;
  }
  return session.writeObject('tree', formatTree(entries), objectFormat(tree));
}

/** The entry of a tree (full id) at exactly this path. */
export async function findInTree(
  session: GitSession,
  tree: string,
  path: string,
): Promise<{ mode: string; oid: string } | undefined> {
  const steps = Buffer.from(path, 'utf8').toString('latin1').split('/');
  let found: { mode: string; oid: string } | undefined = { mode: '40000', oid: tree };
  for (const step of steps) {
    const content: Buffer | undefined =
      found.mode === '40000' ? await session.readObject(found.oid, 'tree') : undefined;
    found = content && parseTree(content, tree.length / 2).find(({ name }) => name === step);
    if (found === undefined) return undefined;
  }
  return { mode: found.mode.padStart(6, '0'), oid: found.oid };
}

function parseTree(content: Buffer, idLength: number): RawEntry[] {
  const entries: RawEntry[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const mode = content.toString('latin1', at, space);
    const name = content.toString('latin1', space + 1, end);
    at = end + 1 + idLength;
    entries.push({ mode, name, oid: content.toString('hex', end + 1, at) });
  }
  return entries;
}

function formatTree(entries: readonly RawEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, name, oid }) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(oid, 'hex'),
    ]),
  );
}
