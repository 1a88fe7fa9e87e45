import { TicketIndexError } from '../../errors.ts';
import { applyEdits } from '../../json-edit.ts';
import type { Ticket } from '../../ticket.ts';
import { checkEdits, stateOfMark } from '../check-mark.ts';
import { foreignTicket, paragraphs } from '../foreign-ticket.ts';
import type { BacklogFormat } from '../format.ts';
import { unitOf } from '../unit.ts';
import { featureOf, readFeatures, shortOf, ticketId } from './features.ts';
import type { Feature } from './features.ts';
import { impliedOrder } from './implied-order.ts';
import { readTaskList } from './task-list.ts';
import type { ListedTask } from './task-list.ts';

const DOCUMENTS = { spec: 'spec.md', plan: 'plan.md' };

/** Spec Kit: a task list with phases for each feature. */
export const specKit: BacklogFormat = {
  name: 'spec-kit',
  files: ['specs/*/tasks.md', 'specs/*/spec.md', 'specs/*/plan.md'],
  foundBy: ['specs/*/tasks.md'],
  units: ['task'],

  read(texts, options) {
    const features = readFeatures(texts);
    if (features.length === 0) {
      const problem = 'not there: make it with /speckit.tasks';
      throw new TicketIndexError({ file: 'specs/*/tasks.md', code: 'NOT_FOUND', problem });
    }
    unitOf(specKit, options, features[0]!.file);
    const short = options.short ?? shortOf(features);
    const read = features.map((feature) => readFeature(feature, short, texts));
    return {
      tickets: read.flatMap(({ tickets }) => tickets),
      warnings: read.flatMap(({ warnings }) => warnings),
      implied: read.flatMap(({ implied }) => implied),
      fileOf: new Map(read.flatMap(({ tickets, file }) => tickets.map(({ id }) => [id, file] as const))),
      options: { short },
    };
  },

  edit(path, text, changes, options, texts) {
    const name = featureOf(path);
    if (name === undefined) return text;
    const short = options.short ?? shortOf(readFeatures(new Map([...texts, [path, text]])));
    const done = new Set(changes.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id));
    const { tasks } = readTaskList(text, path);
    const completed = tasks.filter(
      ({ id }) => done.has(ticketId(name, id, short)) || done.has(`${name}/${id}`),
    );
    return applyEdits(
      text,
      completed.flatMap((task) => checkEdits(task, 'X')),
    );
  },
};

function readFeature(
  { name, file, list }: Feature,
  short: string,
  texts: ReadonlyMap<string, string>,
): {
  readonly file: string;
  readonly tickets: Ticket[];
  readonly warnings: string[];
  readonly implied: [string, string][];
} {
  const warnings = new Set<string>();
  if (list.unnamed.length > 0) {
    const lines = list.unnamed.slice(0, 3).join(', ');
    warnings.add(
      `${file}: ${list.unnamed.length} boxes without an id such as T014 are not read (lines ${lines})`,
    );
  }
  const tasks = new Set(list.tasks.map(({ id }) => id));
  const waitsFor = new Map(list.tasks.map(({ id }) => [id, new Set<string>()]));
  for (const [from, to] of list.stated) {
    if (from === to) warnings.add(`${ticketId(name, from, short)} depends on itself: ignored`);
    else if (!tasks.has(from) || !tasks.has(to)) {
      const missing = tasks.has(from) ? to : from;
      warnings.add(`${file}: ${from} depends on ${to}, but there is no ${missing}: ignored`);
    } else waitsFor.get(from)!.add(to);
  }
  const implied = impliedOrder(list.tasks).filter(([from, to]) => !waitsFor.get(from)!.has(to));
  for (const [from, to] of implied) waitsFor.get(from)!.add(to);
  return {
    file,
    tickets: list.tasks.map(ticketOf),
    warnings: [...warnings],
    implied: implied.map(([from, to]) => [ticketId(name, from, short), ticketId(name, to, short)]),
  };

  function ticketOf({ id, mark, story, title, details, phase, line }: ListedTask): Ticket {
    const folder = file.slice(0, file.lastIndexOf('/') + 1);
    const docs = Object.entries(DOCUMENTS).filter(([, document]) => texts.has(folder + document));
    return foreignTicket(
      {
        id: ticketId(name, id, short),
        title: title === '' ? undefined : title,
        state: stateOfMark(mark),
        component: story ?? name,
        dependencies: [...waitsFor.get(id)!].map((to) => ticketId(name, to, short)),
        description: paragraphs(
          title,
          details.join('\n'),
          `Task ${id} of ${file}${phase.title === '' ? '' : `, ${phase.title}`}.`,
        ),
        docs: Object.fromEntries(docs.map(([role, document]) => [role, folder + document])),
      },
      file,
      () => ({ line: line.number, column: 1 }),
    );
  }
}
