import type { SchedulerTicket } from '@sage/scheduler';
import { seeded } from './seeded.ts';

export interface DrawnBacklog {
  /** With estimates as durations: off by a factor of up to two, either way. */
  readonly tickets: SchedulerTicket[];
  /** Minutes that each ticket really takes: log-normal, as the durations of agents' work are. */
  readonly minutes: ReadonlyMap<string, number>;
}

export const SHAPES = ['free', 'components', 'layers', 'trees'] as const;

/**
 * The same backlog for the same seed; shapes take turns. A third of the tickets depend on nothing, the others on one
 * to `most` others.
 */
export function drawBacklog(seed: number, size: number, most = 3): DrawnBacklog {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const shape = SHAPES[seed % SHAPES.length]!;
  const minutes = new Map<string, number>();
  const tickets = Array.from({ length: size }, (_, nth): SchedulerTicket => {
    const id = `T-${nth}`;
    const took = 15 * Math.exp(standardNormal(random));
    minutes.set(id, took);
    const wanted = nth === 0 || random() < 1 / 3 ? 0 : 1 + below(most);
    const drawn = new Set<number>();
    for (let count = 0; count < wanted; count++) drawn.add(dependencyOf(shape, nth, size, below));
    return {
      id,
      dependencies: [...drawn].map((to) => `T-${to}`),
      duration: took * 2 ** (2 * random() - 1),
    };
  });
  return { tickets, minutes };
}

function dependencyOf(
  shape: (typeof SHAPES)[number],
  nth: number,
  size: number,
  below: (limit: number) => number,
): number {
  switch (shape) {
    case 'free':
      return below(nth);
    // Twenty components worked on side by side, with a link to another one now and then.
    case 'components':
      return nth < 20 || below(10) === 0
        ? below(nth)
        : nth - 20 * (1 + below(Math.min(5, Math.floor(nth / 20))));
    // Ten layers, each on the one before.
    case 'layers': {
      const layer = Math.floor((nth * 10) / size);
      const [from, to] = [Math.ceil(((layer - 1) * size) / 10), Math.ceil((layer * size) / 10)];
      return layer === 0 ? below(nth) : Math.min(nth - 1, from + below(to - from));
    }
    case 'trees':
      return Math.floor(nth / (2 + below(3)));
  }
}

/** Box and Muller. */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
