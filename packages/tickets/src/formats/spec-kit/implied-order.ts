/** What decides when a task may start, as the file has it. */
interface Placed<P> {
  readonly id: string;
  readonly isParallel: boolean;
  readonly phase: P;
}

/**
 * What the order of a list says: [task, dependency]. A task waits for the whole phase before its own; in a phase,
 * a task without [P] comes after all before it, and parallel ones that follow each other start together.
 * What follows from other edges is said all the same: a task in between may have been done out of turn.
 */
export function impliedOrder<P>(tasks: readonly Placed<P>[]): [string, string][] {
  const edges: [string, string][] = [];
  let phaseBefore: readonly Placed<P>[] = [];
  let phase: Placed<P>[] = [];
  /** How many tasks of the phase stand before those that start with the last one. */
  let before = 0;
  for (const task of tasks) {
    const last = phase.at(-1);
    if (last && last.phase !== task.phase) {
      phaseBefore = phase;
      [phase, before] = [[], 0];
    } else if (last && !(task.isParallel && last.isParallel)) {
      before = phase.length;
    }
    for (const { id } of phaseBefore) edges.push([task.id, id]);
    for (let nth = 0; nth < before; nth++) edges.push([task.id, phase[nth]!.id]);
    phase.push(task);
  }
  return edges;
}
