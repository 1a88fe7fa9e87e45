import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OUTPUT_FILE } from '../attempt/attempt-files.ts';

/** One output of an attempt. */
export interface LogPart {
  /** `agent`, `setup`, `check 1`, `verify`, ... */
  readonly name: string;
  readonly file: string;
}

const FIXED: Readonly<Record<string, readonly [place: number, name: string]>> = {
  'setup-outside.log': [0, 'setup outside the sandbox'],
  'setup.log': [1, 'setup'],
  [OUTPUT_FILE]: [2, 'agent'],
  'verify.log': [4, 'verify'],
  'teardown.log': [5, 'teardown'],
  'teardown-outside.log': [6, 'teardown outside the sandbox'],
};

/** The outputs in the folder of an attempt or a verify, in chronological order; empty if there is no folder. */
export async function logParts(folder: string): Promise<LogPart[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.flatMap((file) => {
    const [place, name] = (Object.hasOwn(FIXED, file) ? FIXED[file] : checkOf(file)) ?? [];
    return place === undefined || name === undefined ? [] : [{ place, name, file: join(folder, file) }];
  });
  return found.toSorted((a, b) => a.place - b.place).map(({ name, file }) => ({ name, file }));
}

/** `check-2-1.log`: the first check, after the agent's second round. */
function checkOf(file: string): readonly [place: number, name: string] | undefined {
  const [, round, check] = /^check-(\d+)-(\d+)\.log$/.exec(file) ?? [];
  if (round === undefined || check === undefined) return undefined;
  const name = round === '1' ? `check ${check}` : `check ${check}, round ${round}`;
  return [3 + (Number(round) * 1_000 + Number(check)) / 1e9, name];
}
