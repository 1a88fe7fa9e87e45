/** The data that decides when a task may start. */
interface Placed<P> {
  readonly id: string;
  readonly isParallel: boolean;
  readonly phase: P;
}

/**
 * Dependencies implied by the order of a list: [task, dependency]. A task waits for the whole phase before its own.
 * Within a phase, a task without [P] comes after all before it, and consecutive parallel tasks start together.
 * Redundant edges are kept, because a task in between may have been done out of turn.
 */
export function impliedOrder<P>(tasks: readonly Placed<P>[]): [string, string][] {
  const edges: [string, string][] = [];
  let phaseBefore: readonly Placed<P>[] = [];
  let phase: Placed<P>[] = [];
  /** How many tasks of the phase come before the last task's group of parallel tasks. */
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
