import { findingOf, inQuotes } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

/** Section 7: no ticket may wait for itself. A cycle of finished tickets does no harm. */
export function checkCycles({ cycles, graph, inheritedFrom }: IndexUnderTest): Finding[] {
  const isDone = (cycle: string[]): boolean => cycle.every((id) => graph.stateOf(id) === 'COMPLETED');
  const step = (id: string, next: string): string => {
    const container = inheritedFrom(id, next);
    return container === undefined ? inQuotes(id) : `${inQuotes(id)} (by its epic ${inQuotes(container)})`;
  };
  const found = (id: string, status: 'warn' | 'fail', chosen: string[][], advice: string): Finding[] => {
    const problems = chosen.map((cycle) => ({
      ticket: cycle[0]!,
      text: [...cycle.map((id, nth) => step(id, cycle[(nth + 1) % cycle.length]!)), inQuotes(cycle[0])].join(
        ' -> ',
      ),
    }));
    return findingOf(id, status, problems, advice).map((one) => ({
      ...one,
      tickets: [...new Set(chosen.flat())],
    }));
  };
  return [
    ...found(
      'cycles.open',
      'fail',
      cycles.filter((cycle) => !isDone(cycle)),
      'circular: remove a dependency of each',
    ),
    ...found(
      'cycles.completed',
      'warn',
      cycles.filter(isDone),
      'circular, though all COMPLETED: remove a dependency',
    ),
  ];
}
