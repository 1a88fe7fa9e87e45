import { readFileSync } from 'node:fs';

/** Programs of this machine that listen on a Unix socket. */
export interface ListeningSockets {
  readonly paths: readonly string[];
  /** Names without a file, which a network namespace of one's own alone closes. */
  readonly abstract: readonly string[];
}

/** The flag of a socket that accepts connections, in /proc/net/unix (`__SO_ACCEPTCON`). */
const LISTENS = 0x1_00_00;

/** A read-only file system does not keep anybody from connecting to a socket on it. */
export function listeningSockets(table = readTable()): ListeningSockets {
  const names = table.split('\n').flatMap((line) => {
    // Num: RefCount Protocol Flags Type St Inode Path
    const [, flags = '0', name] = /^\S+: \S+ \S+ (\S+) \S+ \S+ +\d+ (.+)$/.exec(line) ?? [];
    return name !== undefined && (Number.parseInt(flags, 16) & LISTENS) !== 0 ? [name] : [];
  });
  const all = [...new Set(names)];
  return {
    paths: all.filter((name) => name.startsWith('/')),
    abstract: all.filter((name) => name.startsWith('@')),
  };
}

function readTable(): string {
  try {
    return readFileSync('/proc/net/unix', 'utf8');
  } catch {
    return '';
  }
}
