import type { References } from './references.ts';
import type { Task } from './tasks.ts';

/** The ids of subtasks of one task that wait for each other in a cycle. */
export function stepCycle(
  task: Task & { readonly id: string },
  references: References,
): readonly string[] | undefined {
  const waits = new Map<Task, readonly Task[]>();
  for (const step of task.subtasks) {
    const targets = step.dependencies.map((dependency) => references.ofSubtask(dependency, task));
    const siblings = targets.filter((target) => target?.task === task && target.subtask);
    waits.set(
      step,
      siblings.map((target) => target!.subtask!),
    );
  }
  // Removes subtasks that wait for nothing, until every remaining one waits for another remaining one.
  for (let size = -1; size !== waits.size;) {
    size = waits.size;
    for (const [step, others] of waits) if (!others.some((other) => waits.has(other))) waits.delete(step);
  }
  const path: Task[] = [];
  for (let [step] = waits.keys(); step; step = waits.get(step)!.find((other) => waits.has(other))) {
    const at = path.indexOf(step);
    if (at !== -1) return path.slice(at).map(({ id }) => `${task.id}.${id}`);
    path.push(step);
  }
  return undefined;
}
