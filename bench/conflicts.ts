// What it brings to pass over tickets that probably conflict with running ones: seeded backlogs, simulated.
import { conflictChances, createScheduler, type LikelyFile, type SchedulerTicket } from '@sage/scheduler';
import { drawBacklog } from './backlogs.ts';
import { seeded } from './seeded.ts';

const BACKLOGS = 100;
const SIZE = 300;
const WORKERS = [3, 8];
const FILES = [1_000, 200];

type Chance = (one: string, other: string) => number;

/** What is believed, by what is so. */
const BELIEFS: Readonly<Record<string, (drawn: Drawn) => Chance>> = {
  exact: chances,
  'far too high': (drawn) => power(chances(drawn), 0.5),
  'far too low': (drawn) => power(chances(drawn), 2),
  'of half of the tickets': ({ likely, ...drawn }) => {
    return chances({ ...drawn, likely: new Map([...likely].filter((_, nth) => nth % 2 === 0)) });
  },
  wrong: ({ likely, ...drawn }) => {
    const files = [...likely.values()];
    return chances({
      ...drawn,
      likely: new Map([...likely.keys()].map((id, nth) => [id, files.at(nth - 7)!])),
    });
  },
};

interface Drawn {
  readonly tickets: readonly SchedulerTicket[];
  readonly minutes: ReadonlyMap<string, number>;
  readonly likely: ReadonlyMap<string, readonly LikelyFile[]>;
  readonly touched: ReadonlyMap<string, ReadonlySet<string>>;
}

function chances({ likely }: Drawn): Chance {
  return conflictChances((id) => likely.get(id) ?? []);
}

function power(chance: Chance, exponent: number): Chance {
  return (one, other) => chance(one, other) ** exponent;
}

/** Each ticket may change one to four files, the popular ones more often, and one in three a file nobody foresaw. */
function draw(seed: number, files: number): Drawn {
  const { tickets, minutes } = drawBacklog(seed, SIZE);
  const random = seeded(seed + 2_000_000);
  const popular = (): string => `f${Math.floor(files * random() ** 2)}`;
  const likely = new Map<string, LikelyFile[]>();
  const touched = new Map<string, Set<string>>();
  for (const { id } of tickets) {
    const paths = new Set(Array.from({ length: 1 + Math.floor(random() * 4) }, popular));
    const expected = [...paths].map((path) => ({ path, chance: 0.1 + 0.8 * random() }));
    likely.set(id, expected);
    const own = expected.filter(({ chance }) => random() < chance).map(({ path }) => path);
    touched.set(id, new Set(random() < 1 / 3 ? [...own, popular()] : own));
  }
  return { tickets, minutes, likely, touched };
}

interface Figures {
  makespan: number;
  conflicts: number;
  /** Minutes of all attempts. */
  work: number;
}

/** An attempt conflicts when a ticket that changed one of its files landed while it ran; then it is done again. */
function run({ tickets, minutes, touched }: Drawn, workers: number, conflictChance?: Chance): Figures {
  const scheduler = createScheduler(tickets, { conflictChance });
  const running: { id: string; start: number; end: number }[] = [];
  const landed = new Map<string, number>();
  const figures = { makespan: 0, conflicts: 0, work: 0 };
  for (;;) {
    for (let id = scheduler.next(); id !== undefined && running.length < workers; id = scheduler.next()) {
      scheduler.started(id);
      running.push({ id, start: figures.makespan, end: figures.makespan + minutes.get(id)! });
    }
    running.sort((a, b) => b.end - a.end);
    const ended = running.pop();
    if (!ended) return figures;
    figures.makespan = ended.end;
    figures.work += ended.end - ended.start;
    const files = touched.get(ended.id)!;
    if ([...files].some((file) => (landed.get(file) ?? -1) > ended.start)) {
      figures.conflicts++;
      scheduler.released(ended.id);
    } else {
      for (const file of files) landed.set(file, ended.end);
      scheduler.completed(ended.id);
    }
  }
}

export function conflicts(): Promise<string[]> {
  const rows: string[] = [];
  for (const files of FILES) {
    const backlogs = Array.from({ length: BACKLOGS }, (_, seed) => draw(seed, files));
    for (const workers of WORKERS) {
      const plain = mean(backlogs.map((drawn) => run(drawn, workers)));
      const told = (name: string, { conflicts: count, makespan, work }: Figures): void => {
        const share = (part: number, whole: number): string => `${((part / whole - 1) * 100).toFixed(1)} %`;
        rows.push(
          `| ${files} | ${workers} | ${name} | ${count.toFixed(1)} | ${share(makespan, plain.makespan)} | ${share(work, plain.work)} |`,
        );
      };
      told('not asked', plain);
      for (const [name, belief] of Object.entries(BELIEFS))
        told(name, mean(backlogs.map((drawn) => run(drawn, workers, belief(drawn)))));
    }
  }
  return Promise.resolve([
    '| files | workers | predictions | conflicts a run | makespan | minutes of agents |',
    '|---|---|---|---|---|---|',
    ...rows,
  ]);
}

function mean(all: readonly Figures[]): Figures {
  const of = (key: keyof Figures): number => all.reduce((sum, one) => sum + one[key], 0) / all.length;
  return { makespan: of('makespan'), conflicts: of('conflicts'), work: of('work') };
}
