import { TicketIndexError } from '../../errors.ts';
import { applyEdits } from '../../json-edit.ts';
import { isRecord } from '../../json-text.ts';
import type { BacklogFormat } from '../format.ts';
import { unitOf } from '../unit.ts';
import { issueEdits } from './issue-edits.ts';
import { readIssues } from './issues.ts';
import { readTickets } from './read-issues.ts';
import { TOMBSTONE } from './statuses.ts';

const ISSUE_FILES = ['.beads/issues.jsonl', '.beads/beads.jsonl'];
const METADATA = '.beads/metadata.json';

/** Beads: a file with one issue on each line. */
export const beads: BacklogFormat = {
  name: 'beads',
  files: [...ISSUE_FILES, METADATA],
  foundBy: ISSUE_FILES,
  units: ['issue'],

  read(texts, options) {
    const file = ISSUE_FILES.find((path) => texts.has(path));
    if (file === undefined) {
      const problem = 'not there: write it with `bd export`';
      throw new TicketIndexError({ file: ISSUE_FILES[0]!, code: 'NOT_FOUND', problem });
    }
    unitOf(beads, options, file);
    const { tickets, warnings } = readTickets(texts.get(file)!, file);
    const others = ISSUE_FILES.filter((path) => path !== file && texts.has(path));
    return {
      tickets,
      warnings: [
        ...others.map((path) => `${path} is not read: ${file} is there as well`),
        ...storeWarning(texts.get(METADATA), file),
        ...warnings,
      ],
      implied: [],
      options: {},
      fileOf: new Map(tickets.map(({ id }) => [id, file])),
    };
  },

  edit(path, text, changes, _options, texts) {
    if (path !== ISSUE_FILES.find((known) => known === path || texts.has(known))) return text;
    const { byId } = readIssues(text, path);
    const last = new Map(changes.map((change) => [change.id, change]));
    const edits = [...last.values()].flatMap((change) => {
      const issue = byId.get(change.id);
      return issue && issue.status !== TOMBSTONE ? issueEdits(issue, change) : [];
    });
    return applyEdits(text, edits);
  },
};

/** Newer versions keep issues in a database, and the file is only the last export. */
function storeWarning(metadata: string | undefined, file: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(metadata ?? '{}');
  } catch {
    return [];
  }
  if (!isRecord(parsed) || ![parsed['backend'], parsed['database']].includes('dolt')) return [];
  return [
    `${file} is an export of a Dolt database: it may be out of date, and states reach the database by \`bd import\` only`,
  ];
}
