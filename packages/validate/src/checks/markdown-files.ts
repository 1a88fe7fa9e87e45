import { posix } from 'node:path';
import { SAGE_INDEX } from '@sage/tickets';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findingOf, inQuotes } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

const FOLDER = posix.dirname(SAGE_INDEX);

/**
 * Section 9: if any ticket has a markdown file, each should have one. Compares names, and never makes a path from an
 * id.
 */
export async function checkMarkdownFiles({ root, entries, ids }: IndexUnderTest): Promise<Finding[]> {
  const names = await readdir(join(root, FOLDER)).catch((): string[] => []);
  const files = new Set(names.filter((name) => name.endsWith('.md')));
  if (files.size === 0) return [];
  const without = entries.flatMap(({ id }) => (id === undefined || files.has(`${id}.md`) ? [] : id));
  const strays = [...files].filter((name) => !ids.has(name.slice(0, -'.md'.length)));
  const problems = without.map((id) => ({
    ticket: id,
    text: `${inQuotes(id)} has no file ${inQuotes(`${FOLDER}/${id}.md`)}`,
  }));
  const extra = strays.map((name) => ({
    ticket: '',
    text: `${inQuotes(`${FOLDER}/${name}`)} belongs to no ticket`,
  }));
  return [
    ...findingOf('markdown.missing', 'warn', problems, 'write it, as the other tickets have theirs'),
    ...findingOf('markdown.stray', 'warn', extra, 'remove the file or add the ticket').map((one) => ({
      ...one,
      tickets: [],
    })),
  ];
}
