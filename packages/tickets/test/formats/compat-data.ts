import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ticket } from '../../src/ticket.ts';

interface Facts {
  readonly file: string;
  readonly path: string;
  readonly tickets?: number;
  readonly edges?: number;
  readonly cycles?: number;
  readonly dup_ids?: Readonly<Record<string, number>>;
  readonly dangling?: number;
  readonly states?: Readonly<Record<string, number>>;
}

interface RealFile extends Facts {
  readonly name: string;
  readonly text: string;
}

/** The folder with real files of others, and what was counted in them. */
export const COMPAT_DATA = process.env['SAGE_COMPAT_DATA'];

const manifest: Facts[] = COMPAT_DATA
  ? JSON.parse(readFileSync(join(COMPAT_DATA, 'manifest.json'), 'utf8'))
  : [];

/** The names of the files of a format, for titles of tests; one where there is no data, so that it is seen. */
export function realNames(folder: string, without: Readonly<Record<string, unknown>>): string[] {
  const names = COMPAT_DATA ? readdirSync(join(COMPAT_DATA, folder)) : ['(none)'];
  return names.filter((name) => !Object.hasOwn(without, name));
}

export function realFile(folder: string, name: string): RealFile {
  const facts = manifest.find(({ file }) => file === `${folder}/${name}`)!;
  return { ...facts, name, text: readFileSync(join(COMPAT_DATA!, folder, name), 'utf8') };
}

/** Whether something is left when whoever waits for nobody goes, again and again. */
export function isCyclic(tickets: readonly Pick<Ticket, 'id' | 'dependencies'>[]): boolean {
  const left = new Map(tickets.map(({ id, dependencies }) => [id, dependencies]));
  for (let size = -1; size !== left.size;) {
    size = left.size;
    for (const [id, others] of left) if (!others.some((other) => left.has(other))) left.delete(id);
  }
  return left.size > 0;
}
