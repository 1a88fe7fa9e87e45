/** What decides when a task may start, as the file has it. */
interface Placed<P> {
  readonly id: string;
  readonly isParallel: boolean;
  readonly phase: P;
}

/**
 * What the order of a list says: [task, dependency]. A task waits for the whole phase before its own; in a phase,
 * a task without [P] comes after those before it, and parallel ones that follow each other start together.
 */
export function impliedOrder<P>(tasks: readonly Placed<P>[]): [string, string][] {
  const edges: [string, string][] = [];
  let phaseBefore: readonly Placed<P>[] = [];
  let phase: Placed<P>[] = [];
  let stepBefore: readonly Placed<P>[] = [];
  let step: Placed<P>[] = [];
  for (const task of tasks) {
    const last = phase.at(-1);
    if (last && last.phase !== task.phase) {
      phaseBefore = phase;
      [phase, stepBefore, step] = [[], [], []];
    } else if (last && !(task.isParallel && last.isParallel)) {
      stepBefore = step;
      step = [];
    }
    for (const before of [phaseBefore, stepBefore]) for (const { id } of before) edges.push([task.id, id]);
    phase.push(task);
    step.push(task);
  }
  return edges;
}
