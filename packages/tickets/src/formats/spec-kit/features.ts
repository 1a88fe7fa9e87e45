import { stateOfMark } from '../check-mark.ts';
import { readTaskList } from './task-list.ts';
import type { TaskList } from './task-list.ts';

export interface Feature {
  /** The name of its folder. */
  readonly name: string;
  readonly file: string;
  readonly list: TaskList;
}

const TASKS_FILE = /^specs\/([^/]+)\/tasks\.md$/;

export function featureOf(path: string): string | undefined {
  return TASKS_FILE.exec(path)?.[1];
}

/** @throws {TicketIndexError} for a list that cannot be read. */
export function readFeatures(texts: ReadonlyMap<string, string>): Feature[] {
  const features = [...texts].flatMap(([file, text]) => {
    const name = featureOf(file);
    return name === undefined ? [] : [{ name, file, list: readTaskList(text, file) }];
  });
  return features.toSorted((a, b) => (a.file < b.file ? -1 : 1));
}

/** The feature whose ids are not prefixed with its name: the only one with open work, or the only one. */
export function shortOf(features: readonly Feature[]): string {
  const open = features.filter(({ list }) =>
    list.tasks.some(({ mark }) => stateOfMark(mark) === 'UNPROCESSED'),
  );
  const candidates = open.length > 0 ? open : features;
  return candidates.length === 1 ? candidates[0]!.name : '';
}

/** The ticket of a task. */
export function ticketId(feature: string, task: string, short: string): string {
  return feature === short ? task : `${feature}/${task}`;
}
