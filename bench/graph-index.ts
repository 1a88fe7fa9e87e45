import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seeded } from './seeded.ts';

const COMPONENTS = ['API', 'WEB', 'CORE', 'CLI', 'AUTH', 'DOCS', 'DATA', 'INFRA'];
const idOf = (nth: number): string =>
  `${COMPONENTS[nth % COMPONENTS.length]}-${String(nth).padStart(3, '0')}`;

/** A ticket index on the disk, about 200 bytes a ticket: a tenth of what real ones have. */
export interface IndexFile extends Disposable {
  readonly file: string;
}

export type Shape = 'in order' | 'shuffled' | 'chain';

/**
 * Three dependencies a ticket on earlier ones, nearer ones more often, the tickets dependencies first or shuffled;
 * or one on the ticket before (`chain`).
 */
export function writeIndex(tickets: number, shape: Shape): IndexFile {
  const random = seeded(tickets);
  const dependencies = (nth: number): string[] => {
    if (shape === 'chain') return nth === 0 ? [] : [idOf(nth - 1)];
    const drawn = new Set<number>();
    while (drawn.size < Math.min(3, nth)) drawn.add(Math.floor(nth * Math.sqrt(random())));
    return [...drawn].map(idOf);
  };
  const folder = mkdtempSync(join(tmpdir(), 'sage-bench-'));
  const file = join(folder, 'index.json');
  const handle = openSync(file, 'w');
  writeSync(handle, '{"version":"1.0","tickets":[');
  const numbers = Array.from({ length: tickets }, (_, nth) => nth);
  if (shape === 'shuffled') shuffle(numbers, random);
  let separator = '';
  for (const nth of numbers) {
    const ticket = {
      id: idOf(nth),
      title: `Ticket ${nth} of the ${COMPONENTS[nth % COMPONENTS.length]} backlog`,
      type: 'implementation',
      state: nth < tickets / 4 ? 'COMPLETED' : 'UNPROCESSED',
      priority: `P${nth % 5}`,
      dependencies: dependencies(nth),
      estimated_minutes: 10 + Math.floor(random() * 200),
    };
    writeSync(handle, `${separator}\n${JSON.stringify(ticket)}`);
    separator = ',';
  }
  writeSync(handle, '\n]}\n');
  closeSync(handle);
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** Fisher and Yates. */
function shuffle(numbers: number[], random: () => number): void {
  for (let at = numbers.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [numbers[at], numbers[other]] = [numbers[other]!, numbers[at]!];
  }
}
