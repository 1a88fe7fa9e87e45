import type { CommitContent, Signature } from './commits.ts';

/** The parts of a commit object that Sage needs, with the exact header lines. */
export interface RawCommit {
  readonly tree: string;
  readonly parents: string[];
  /** `Name <email> seconds zone`, bytes as latin1. */
  readonly author: string;
  /** Undefined means UTF-8. */
  readonly encoding: string | undefined;
  /** Decoded as UTF-8. */
  readonly message: string;
}

export function parseRawCommit(content: Uint8Array): RawCommit {
  const bytes = Buffer.from(content);
  const end = bytes.indexOf('\n\n') + 1;
  const lines = bytes.toString('latin1', 0, end).split('\n');
  const values = (key: string) =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: values('author')[0] ?? '',
    encoding: values('encoding')[0],
    message: bytes.toString('utf8', end + 1),
  };
}

export interface RawCommitContent extends Omit<CommitContent, 'author'> {
  /** A signature, or an author line copied from another commit. */
  readonly author: Signature | { line: string };
}

/** The commit object that `git commit-tree` would write; undefined if only git can parse the dates. */
export function formatCommit(content: RawCommitContent): Uint8Array | undefined {
  const { tree, parents, message, author, committer } = content;
  const authorLine = 'line' in author ? Buffer.from(author.line, 'latin1') : signatureLine(author);
  const committerLine = signatureLine(committer);
  if (!authorLine || !committerLine) return undefined;
  return Buffer.concat([
    Buffer.from(`tree ${tree}\n${parents.map((parent) => `parent ${parent}\n`).join('')}author `),
    authorLine,
    Buffer.from('\ncommitter '),
    committerLine,
    Buffer.from(`\n\n${message.replaceAll('\0', '')}`),
  ]);
}

/** The parts of `Name <email> seconds zone` (bytes as latin1). */
export function parseSignatureLine(line: string): Signature {
  const [, name = '', email = '', date = ''] = /^(.*?) ?<([^>]*)> ?(.*)$/.exec(line) ?? [];
  const text = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');
  return { name: text(name), email: text(email), ...(date !== '' && { date: `@${date}` }) };
}

function signatureLine({ name, email, date }: Signature): Buffer | undefined {
  if (!(date instanceof Date)) return undefined;
  const when = `${Math.floor(date.getTime() / 1000)} +0000`;
  return Buffer.from(`${clean(name) || 'unknown'} <${clean(email)}> ${when}`);
}

// eslint-disable-next-line no-control-regex -- git strips them
const ENDS = /^[\u0000-\u0020.,:;<>"\\']+|[\u0000-\u0020.,:;<>"\\']+$/g;

/** Like git's ident.c: removes some characters everywhere, and others at the ends. */
function clean(text: string): string {
  return text.replaceAll(/[\0\n<>]/g, '').replaceAll(ENDS, '');
}
