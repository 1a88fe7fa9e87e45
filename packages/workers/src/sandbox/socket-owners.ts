import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where sockets are that were bound by a relative path, by the number that the kernel has for each: in the folder in
 * which a program that holds it works. Who has left that folder, or is another user's, is not found.
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

/** The numbers of the sockets that a process has open. */
function openSockets(process: string): string[] {
  const folder = join(process, 'fd');
  return namesIn(folder).flatMap(
    (name) => /^socket:\[(\d+)\]$/.exec(targetOf(join(folder, name)))?.[1] ?? [],
  );
}

/** None where the process has ended, or is another user's. */
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
