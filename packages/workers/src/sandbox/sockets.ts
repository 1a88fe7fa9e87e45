import { readFileSync } from 'node:fs';
import { relativeSockets } from './socket-owners.ts';

/** The Unix sockets on which programs of this machine listen. */
export interface ListeningSockets {
  readonly paths: readonly string[];
  /** Names without a file, which only a separate network namespace closes. */
  readonly abstract: readonly string[];
}

/** The flag of a socket that accepts connections, in /proc/net/unix (`__SO_ACCEPTCON`). */
const LISTENS = 0x1_00_00;
/** The type of a connectionless socket (`SOCK_DGRAM`). */
const DATAGRAMS = 2;

/** Lists listening sockets, because a read-only file system does not prevent connecting to a socket on it. */
export function listeningSockets(table = readTable()): ListeningSockets {
  const named = table.split('\n').flatMap((line) => {
    // Num: RefCount Protocol Flags Type St Inode Path
    const [, flags = '0', type = '0', socket = '', name] =
      /^\S+: \S+ \S+ (\S+) (\S+) \S+ +(\d+) (.+)$/.exec(line) ?? [];
    const waits = (Number.parseInt(flags, 16) & LISTENS) !== 0 || Number.parseInt(type, 16) === DATAGRAMS;
    return name !== undefined && waits ? [[socket, name] as const] : [];
  });
  const all = [...new Set(named.map(([, name]) => name))];
  return {
    paths: [
      ...all.filter((name) => name.startsWith('/')),
      ...relativeSockets(new Map(named.filter(([, name]) => !/^[/@]/.test(name)))),
    ],
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
