import type { Task } from './tasks.ts';

/** The target of a dependency: a task, or one of its subtasks. */
export interface Target {
  readonly task: Task & { readonly id: string };
  readonly subtask: Task | undefined;
}

/** Resolves the dependencies in a list of tasks. */
export interface References {
  ofTask(dependency: string): Target | undefined;
  /** Without a dot, it is a sibling if there is one with this id. */
  ofSubtask(dependency: string, parent: Task & { readonly id: string }): Target | undefined;
}

export function referencesIn(tasks: readonly (Task & { readonly id: string })[]): References {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const subtasks = new Map<Task, ReadonlyMap<string, Task>>();
  const ofTask = (dependency: string): Target | undefined => {
    const task = byId.get(dependency);
    if (task) return { task, subtask: undefined };
    const dot = dependency.lastIndexOf('.');
    const parent = dot === -1 ? undefined : byId.get(dependency.slice(0, dot));
    return parent && within(parent, dependency.slice(dot + 1));
  };
  const within = (task: Target['task'], id: string): Target | undefined => {
    let known = subtasks.get(task);
    if (!known) {
      const entries = task.subtasks
        .filter(({ id }) => id !== undefined)
        .map((one) => [one.id!, one] as const);
      // Of several subtasks with one id, the first counts.
      subtasks.set(task, (known = new Map(entries.toReversed())));
    }
    const subtask = known.get(id);
    return subtask && { task, subtask };
  };
  return {
    ofTask,
    ofSubtask: (dependency, parent) =>
      (dependency.includes('.') ? undefined : within(parent, dependency)) ?? ofTask(dependency),
  };
}
