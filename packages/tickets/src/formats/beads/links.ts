import { TicketIndexError } from '../../errors.ts';
import { isRecord } from '../../json-text.ts';
import type { Issue } from './issues.ts';
import { BLOCKING, PARENT } from './statuses.ts';

/** What issues wait for, and what they are part of. The ids may not exist. */
export interface Links {
  readonly waitsFor: ReadonlyMap<string, ReadonlySet<string>>;
  readonly parents: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @throws {TicketIndexError} for a dependency that cannot be read. */
export function linksIn(issues: Iterable<Issue>, file: string): Links {
  const waitsFor = new Map<string, Set<string>>();
  const parents = new Map<string, Set<string>>();
  for (const issue of issues) {
    for (const { from, to, type } of dependenciesOf(issue, file)) {
      const links = type === PARENT ? parents : BLOCKING.has(type) ? waitsFor : undefined;
      const known = links?.get(from);
      if (known) known.add(to);
      else links?.set(from, new Set([to]));
    }
  }
  return { waitsFor, parents };
}

function* dependenciesOf(
  { id, fields, line }: Issue,
  file: string,
): Generator<{ readonly from: string; readonly to: string; readonly type: unknown }> {
  const { dependencies } = fields;
  if (dependencies === undefined || dependencies === null) return;
  if (!Array.isArray(dependencies)) throw fault('has "dependencies" that are not a list: make them one');
  for (const dependency of dependencies as unknown[]) {
    const link = isRecord(dependency) ? dependency : {};
    const { issue_id: from = id, depends_on_id: to, type = 'blocks' } = link;
    if (typeof from !== 'string' || typeof to !== 'string') {
      throw fault('has a dependency without "depends_on_id": expected {"issue_id", "depends_on_id", "type"}');
    }
    yield { from, to, type };
  }

  function fault(problem: string): TicketIndexError {
    const place = { line: line.number, column: 1 };
    return new TicketIndexError({
      file,
      code: 'BAD_FIELD',
      problem: `the issue ${JSON.stringify(id)} ${problem}`,
      place,
      ticket: id,
    });
  }
}
