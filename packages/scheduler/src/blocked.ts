import type { DependencyGraph } from '@sage/graph';
import { isGivenUp, PHASE } from './phase.ts';
import type { Phase } from './phase.ts';

export interface BlockedTicket {
  readonly id: string;
  /**
   * A shortest chain of the tickets it waits for, nearest first. The last one is deferred, cancelled, or outside the
   * selection.
   */
  readonly by: string[];
}

/** Breadth first along the dependents, from every ticket that will not be done. */
export function blockedTickets(
  graph: DependencyGraph,
  phaseAt: (node: number) => Phase,
  only: ReadonlySet<string> | undefined,
): BlockedTicket[] {
  const { size, ids } = graph;
  const via = new Int32Array(size).fill(-1);
  const reached: number[] = [];
  for (let node = 0; node < size; node++) if (isGivenUp(phaseAt(node))) reached.push(node);
  // As in most backlogs.
  if (reached.length === 0) return [];
  const { dependentOffsets, dependentTargets } = graph;
  for (const node of reached) {
    for (const dependent of dependentTargets.subarray(dependentOffsets[node], dependentOffsets[node + 1])) {
      if (phaseAt(dependent) !== PHASE.waiting || via[dependent] !== -1) continue;
      via[dependent] = node;
      reached.push(dependent);
    }
  }
  const blocked: BlockedTicket[] = [];
  for (let node = 0; node < size; node++) {
    if (via[node] === -1 || (only && !only.has(ids[node]!))) continue;
    const by: string[] = [];
    for (let next = via[node]!; next !== -1; next = via[next]!) by.push(ids[next]!);
    blocked.push({ id: ids[node]!, by });
  }
  return blocked;
}
