import { Site, type SiteOptions } from '../../e2e/machines/site.ts';

/** A coordinator's repository, a broker and a git server; all of it is ended and removed afterwards. */
export async function withSite<T>(
  options: Omit<SiteOptions, 'onTestFinished'>,
  work: (site: Site) => Promise<T>,
): Promise<T> {
  const cleanups: (() => Promise<void> | void)[] = [];
  try {
    return await work(await Site.open({ ...options, onTestFinished: (clean) => cleanups.push(clean) }));
  } finally {
    for (const clean of cleanups.toReversed()) await clean();
  }
}

/** Of a run that has to land everything. */
export async function secondsOf(site: Site, tickets: number, ...words: string[]): Promise<number> {
  const started = performance.now();
  const { exitCode, stderr } = await site.sandbox.sage('stream', '--auto', '--json', ...words);
  const seconds = (performance.now() - started) / 1000;
  const landed = site.sandbox.landings().length;
  if (exitCode !== 0 || landed !== tickets)
    throw new Error(`exit ${exitCode}, ${landed} of ${tickets} landed: ${stderr}`);
  return seconds;
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
