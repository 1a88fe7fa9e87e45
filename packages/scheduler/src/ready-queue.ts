import TinyQueue from 'tinyqueue';
import type { Backlog } from './backlog.ts';

/** Ready tickets by rank, without those that conflict with a running one. Nodes as in the backlog. */
export interface ReadyQueue {
  push(node: number): void;
  /** The best ready node that may run beside all that runs; it stays in the queue. */
  best(): number | undefined;
  started(node: number): void;
  /** However it ended; a node that is ready again is pushed by the caller. */
  ended(node: number): void;
}

/**
 * Nodes whose phase changes are not taken out but passed over when they come up, by `isReady`. What cannot run
 * is parked where its obstacle is, so that it is looked at again only when that goes away: behind a running
 * rival, or in line for a file. Of a line only the best comes up when the file is free, and the next when that
 * one could not start: a file that everybody wants costs no more than any other.
 */
export function createReadyQueue(
  { tickets, graph }: Backlog,
  rank: Int32Array,
  isReady: (node: number) => boolean,
): ReadyQueue {
  const byRank = (a: number, b: number): number => rank[a]! - rank[b]!;
  const queue = new TinyQueue<number>([], byRank);
  const rivals = declaredRivals({ tickets, graph });
  const behindRival = new Map<number, number[]>();
  const lines = new Map<string, TinyQueue<number>>();
  /** The node in the queue that was called up from a file's line. */
  const calledFrom = new Map<number, string>();
  const running = new Set<number>();
  const inUse = new Set<string>();
  const filesOf = (node: number): readonly string[] => tickets[node]!.files ?? [];

  /** Parks a node that cannot run now; false where nothing is in its way. */
  function park(node: number): boolean {
    const file = filesOf(node).find((path) => inUse.has(path));
    if (file !== undefined) {
      let line = lines.get(file);
      if (!line) lines.set(file, (line = new TinyQueue<number>([], byRank)));
      line.push(node);
      return true;
    }
    const rival = rivals.get(node)?.find((other) => running.has(other));
    if (rival === undefined) return false;
    const others = behindRival.get(rival);
    if (others) others.push(node);
    else behindRival.set(rival, [node]);
    return true;
  }

  function callUp(file: string): void {
    if (inUse.has(file)) return;
    const line = lines.get(file);
    for (let node = line?.pop(); node !== undefined; node = line?.pop()) {
      if (!isReady(node)) continue;
      calledFrom.set(node, file);
      queue.push(node);
      return;
    }
  }

  return {
    push: (node) => queue.push(node),
    best() {
      for (let node = queue.peek(); node !== undefined; node = queue.peek()) {
        if (isReady(node) && !park(node)) return node;
        queue.pop();
        const file = calledFrom.get(node);
        calledFrom.delete(node);
        if (file !== undefined) callUp(file);
      }
      return undefined;
    },
    started(node) {
      running.add(node);
      calledFrom.delete(node);
      for (const file of filesOf(node)) inUse.add(file);
    },
    ended(node) {
      running.delete(node);
      for (const file of filesOf(node)) inUse.delete(file);
      for (const file of filesOf(node)) callUp(file);
      for (const other of behindRival.get(node) ?? []) queue.push(other);
      behindRival.delete(node);
    },
  };
}

/** Who conflicts with whom by `conflictsWith`, whichever side says so; unknown ids conflict with nobody. */
function declaredRivals({ tickets, graph }: Pick<Backlog, 'tickets' | 'graph'>): Map<number, number[]> {
  const rivals = new Map<number, number[]>();
  const add = (node: number, rival: number): void => {
    const known = rivals.get(node);
    if (known) known.push(rival);
    else rivals.set(node, [rival]);
  };
  tickets.forEach(({ conflictsWith = [] }, node) => {
    for (const id of conflictsWith) {
      const rival = graph.indexOf(id);
      if (rival === -1 || rival === node) continue;
      add(node, rival);
      add(rival, node);
    }
  });
  return rivals;
}
