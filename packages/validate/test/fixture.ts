import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import type { Check, ValidationReport } from '../src/report.ts';
import { validate } from '../src/validate.ts';
import type { ValidateOptions } from '../src/validate.ts';

export type RawTicket = Record<string, unknown>;

/** A ticket that no section has anything to say about. */
export function sound(id: string, more: RawTicket = {}): RawTicket {
  return {
    id,
    title: id,
    state: 'UNPROCESSED',
    type: 'task',
    priority: 'P2',
    validation_type: 'generic',
    ...more,
  };
}

export function writeIndex(root: string, content: string | RawTicket[] | Record<string, unknown>): string {
  const folder = join(root, '.sage/tickets');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'index.json');
  writeFileSync(
    file,
    typeof content === 'string'
      ? content
      : JSON.stringify(Array.isArray(content) ? { tickets: content } : content),
  );
  return file;
}

/** The report on an index by itself, outside a repository. */
export async function reportOn(
  content: Parameters<typeof writeIndex>[1],
  options: Partial<ValidateOptions> = {},
): Promise<ValidationReport> {
  const root = options.root ?? temporaryFolder();
  return validate({ root, index: writeIndex(root, content), ...options });
}

/** What one section finds in these tickets: `status id: message`. */
export async function found(section: string, tickets: RawTicket[], root?: string): Promise<Check[]> {
  return (await reportOn(tickets, { checks: [section], ...(root !== undefined && { root }) })).checks;
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
