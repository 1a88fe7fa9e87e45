import { buildDependencyGraph, drawSmallSvg, drawSvg, type GraphNode, pictured } from '@sage/graph';
import type { Report, TicketOutcome } from './report.ts';

/** As the picture colours them. */
const STATES: Readonly<Record<TicketOutcome, string>> = {
  landed: 'COMPLETED',
  deferred: 'DEFERRED',
  running: 'IN_PROGRESS',
  landing: 'IN_PROGRESS',
  blocked: 'UNPROCESSED',
  waiting: 'UNPROCESSED',
};

/**
 * The dependencies between the tickets of a run, with their states in the run, as SVG. `nodes` are those of the
 * present backlog. If the picture exceeds `bytes`, each ticket is only a dot. If that is still too large, there is no
 * picture.
 */
export function reportGraph(
  { tickets }: Pick<Report, 'tickets'>,
  nodes: readonly Pick<GraphNode, 'id' | 'dependencies'>[],
): (bytes: number) => string | undefined {
  const known = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const inRun = nodes.flatMap(({ id, dependencies }) => {
    const ticket = known.get(id);
    return ticket
      ? [{ id, dependencies: dependencies.filter((one) => known.has(one)), state: STATES[ticket.outcome] }]
      : [];
  });
  if (inRun.length === 0) return () => undefined;
  const graph = pictured(buildDependencyGraph(inRun), {});
  const titled = drawSvg(graph, { titleOf: (id) => known.get(id)?.title ?? id });
  const small = drawSmallSvg(graph);
  return (bytes) => [titled, small].find((svg) => Buffer.byteLength(svg) <= bytes);
}
