import { isContainer } from '@sage/tickets';
import type { Backlog } from './backlog.ts';

/**
 * Containers that are complete once the tickets in `done` are: all their children and all their dependencies are. A
 * container may complete the one around it, so this repeats until nothing changes. Returns them innermost first.
 */
export function completedContainers({ tickets, graph }: Backlog, done: ReadonlySet<string>): string[] {
  const complete = new Set(done);
  const open = [...tickets.values()].filter((ticket) => isContainer(ticket) && !done.has(ticket.id));
  const found: string[] = [];
  for (let before = -1; before !== found.length;) {
    before = found.length;
    for (const { id } of open) {
      if (complete.has(id) || !graph.dependenciesOf(id).every((other) => complete.has(other))) continue;
      complete.add(id);
      found.push(id);
    }
  }
  return found;
}
