import { performance } from 'node:perf_hooks';
import { BACKLOG_FORMATS, type BacklogFormat } from '@sage/tickets';
import { seeded } from '../../bench/seeded.ts';
import { examine } from './examine.ts';
import { mutate } from './mutate.ts';
import { SEEDS } from './seeds.ts';

interface Found {
  readonly format: BacklogFormat['name'];
  readonly unit: string;
  readonly wrong: string;
  readonly texts: Readonly<Record<string, string>>;
}

interface Tally {
  readonly read: number;
  readonly refused: number;
  readonly found: readonly Found[];
  /** Milliseconds of this process for the one that took longest. */
  readonly slowest: number;
}

/** Mutated backlogs of each format in turn. The same seed gives the same ones. */
export function fuzzBacklogs(cases: number, seed: number): Tally {
  const random = seeded(seed);
  const counts = { read: 0, refused: 0 };
  const found: Found[] = [];
  let slowest = 0;
  for (let nth = 0; nth < cases; nth++) {
    const format = BACKLOG_FORMATS[nth % BACKLOG_FORMATS.length]!;
    const unit = format.units[Math.floor(random() * format.units.length)]!;
    const files = Object.entries(SEEDS[format.name]);
    const chosen = Math.floor(random() * files.length);
    const texts = new Map(
      files.map(([path, text], index) => [path, index === chosen ? mutate(text, random) : text]),
    );
    const before = performance.now();
    const verdict = examine(format, texts, { unit });
    slowest = Math.max(slowest, performance.now() - before);
    if (typeof verdict === 'string') counts[verdict] += 1;
    else found.push({ format: format.name, unit, ...verdict, texts: Object.fromEntries(texts) });
  }
  return { ...counts, found, slowest };
}
