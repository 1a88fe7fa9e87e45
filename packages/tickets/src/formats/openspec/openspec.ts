import { TicketIndexError } from '../../errors.ts';
import { applyEdits } from '../../json-edit.ts';
import type { TicketState } from '../../needed-fields.ts';
import type { Ticket } from '../../ticket.ts';
import { checkEdits, stateOfMark } from '../check-mark.ts';
import { foreignTicket, paragraphs } from '../foreign-ticket.ts';
import type { BacklogFormat } from '../format.ts';
import type { Line } from '../lines.ts';
import { unitOf } from '../unit.ts';
import { readSections } from './sections.ts';
import type { Item, Section } from './sections.ts';

const TASKS_FILE = /^openspec\/changes\/([^/]+)\/tasks\.md$/;
const DOCUMENTS = { proposal: 'proposal.md', design: 'design.md' };

/** The source of one ticket: a section, or one of its items. */
interface Piece {
  readonly number: string;
  readonly title: string;
  readonly items: readonly Item[];
  readonly section: Section;
  readonly line: Line;
}

/** OpenSpec: a task list with numbered sections for each change that is not archived. */
export const openspec: BacklogFormat = {
  name: 'openspec',
  files: ['openspec/changes/*/tasks.md', 'openspec/changes/*/proposal.md', 'openspec/changes/*/design.md'],
  foundBy: ['openspec/changes/*/tasks.md'],
  units: ['section', 'line'],

  read(texts, options) {
    const unit = unitOf(openspec, options, 'openspec/changes');
    const files = [...texts.keys()].filter((path) => changeOf(path) !== undefined).sort();
    if (files.length === 0) {
      const problem = 'not there: make a change with /opsx:propose';
      throw new TicketIndexError({ file: 'openspec/changes/*/tasks.md', code: 'NOT_FOUND', problem });
    }
    const tickets: Ticket[] = [];
    const warnings: string[] = [];
    const implied: [string, string][] = [];
    const fileOf = new Map<string, string>();
    for (const file of files) {
      // All earlier pieces, not just the last one, which may have been done out of turn.
      const before: string[] = [];
      const sections = readSections(texts.get(file)!, file);
      for (const { twice } of sections) {
        for (const [number, { number: line }] of twice)
          warnings.push(`${file}:${line}: a second item is ${number}`);
      }
      for (const piece of piecesOf(sections, file, unit)) {
        const ticket = ticketOf(piece, file, before, texts);
        for (const id of before) implied.push([ticket.id, id]);
        tickets.push(ticket);
        fileOf.set(ticket.id, file);
        before.push(ticket.id);
      }
    }
    return { tickets, warnings, implied, fileOf, options: { unit } };
  },

  edit(path, text, changes, options) {
    const change = changeOf(path);
    if (change === undefined) return text;
    const done = new Set(changes.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id));
    const pieces = piecesOf(readSections(text, path), path, unitOf(openspec, options, path));
    const boxes = pieces
      .filter(({ number }) => done.has(`${change}/${number}`))
      .flatMap(({ items }) => items)
      .filter(({ mark }) => stateOfMark(mark) !== 'COMPLETED')
      .flatMap((item) => [item, ...item.nested]);
    return applyEdits(
      text,
      boxes.flatMap((box) => checkEdits(box, 'x')),
    );
  },
};

function changeOf(path: string): string | undefined {
  const name = TASKS_FILE.exec(path)?.[1];
  return name === 'archive' ? undefined : name;
}

/** @throws {TicketIndexError} if two items that become tickets have the same number. */
function piecesOf(sections: readonly Section[], file: string, unit: string): Piece[] {
  if (unit === 'section') return sections.map((section) => ({ ...section, section }));
  const [twice] = sections.flatMap((section) => [...section.twice]);
  if (twice) {
    const [number, line] = twice;
    const problem = `a second item is ${number}: give one of the two another number`;
    throw new TicketIndexError({
      file,
      code: 'DUPLICATE_ID',
      problem,
      place: { line: line.number, column: 1 },
    });
  }
  return sections.flatMap((section) =>
    section.items.map((item) => ({
      number: item.number,
      title: item.text,
      items: [item],
      section,
      line: item.line,
    })),
  );
}

function ticketOf(
  { number, title, items, section, line }: Piece,
  file: string,
  before: readonly string[],
  texts: ReadonlyMap<string, string>,
): Ticket {
  const change = changeOf(file)!;
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const docs = Object.entries(DOCUMENTS).filter(([, document]) => texts.has(folder + document));
  const list = items.flatMap((item) => [item.line.text.trim(), ...item.details]).join('\n');
  return foreignTicket(
    {
      id: `${change}/${number}`,
      title: title === '' ? undefined : title,
      state: stateOf(items),
      component: change,
      dependencies: [...before],
      description: paragraphs(`Section ${section.number} of ${file}: ${section.title}`.trimEnd(), list),
      docs: Object.fromEntries(docs.map(([role, document]) => [role, folder + document])),
    },
    file,
    () => ({ line: line.number, column: 1 }),
  );
}

function stateOf(items: readonly Item[]): TicketState {
  return items.every(({ mark }) => stateOfMark(mark) === 'COMPLETED') ? 'COMPLETED' : 'UNPROCESSED';
}
