import { findingOf, inQuotes } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { askGit } from '../git.ts';
import { isRecord } from '../index-under-test.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

/** Section 16: checkpoints of components must be commits that exist. */
export async function checkCheckpoints({ root, entries }: IndexUnderTest): Promise<Finding[]> {
  const checkpoints = entries.flatMap(({ label, raw: { components } }) =>
    (Array.isArray(components) ? components : [])
      .filter(isRecord)
      .flatMap(({ name, checkpoint_id: id }) =>
        id === undefined || id === null || id === '' ? [] : { ticket: label, name, id },
      ),
  );
  if (checkpoints.length === 0) return [];
  const known = await knownCommits(
    root,
    checkpoints.flatMap(({ id }) => (typeof id === 'string' ? id : [])),
  );
  const problems = checkpoints
    .filter(({ id }) => typeof id !== 'string' || !known.has(id))
    .map(({ ticket, name, id }) => {
      return {
        ticket,
        text: `component ${inQuotes(name)} of ${inQuotes(ticket)} has the checkpoint ${inQuotes(id)}`,
      };
    });
  return findingOf(
    'checkpoints.unknown',
    'warn',
    problems,
    'there is no such commit here; fetch it or correct the id',
  );
}

/**
 * One git process for all names. They are passed as lines on stdin, so that none can be taken for an option. No name
 * contains a line break.
 */
async function knownCommits(root: string, names: readonly string[]): Promise<Set<string>> {
  const asked = [...new Set(names)].filter((name) => !/[\n\r\0]/.test(name));
  const input = asked.map((name) => `${name}^{commit}\n`).join('');
  const answer = await askGit(root, ['cat-file', '--batch-check=%(objecttype)'], input);
  const lines = answer?.split('\n') ?? [];
  return new Set(asked.filter((_, index) => lines[index] === 'commit'));
}
