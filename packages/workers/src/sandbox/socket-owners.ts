import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Absolute paths of sockets that were bound by a relative path, by their inode number. Resolved in the working
 * directory of a program that has the socket open. Not found if that program has changed its directory or belongs to
 * another user.
 */
export function relativeSockets(names: ReadonlyMap<string, string>, processes = '/proc'): string[] {
  if (names.size === 0) return [];
  const paths = namesIn(processes)
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) =>
      openSockets(join(processes, pid)).flatMap((socket) => {
        const name = names.get(socket);
        return name === undefined ? [] : join(targetOf(join(processes, pid, 'cwd')), name);
      }),
    );
  return [...new Set(paths)].filter(isSocket);
}

/** The inode numbers of the sockets that a process has open. */
function openSockets(process: string): string[] {
  const folder = join(process, 'fd');
  return namesIn(folder).flatMap(
    (name) => /^socket:\[(\d+)\]$/.exec(targetOf(join(folder, name)))?.[1] ?? [],
  );
}

/** Empty if the process has ended or belongs to another user. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    return false;
  }
}
