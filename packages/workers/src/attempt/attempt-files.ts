import { join } from 'node:path';
import { encodeRefComponent, makeFolderWithin, removeTree } from '@sage/git';
import { replaceRegular } from '../process/regular-file.ts';

/** The files of one attempt. They are outside the worktree, so they are never part of the work. */
export interface AttemptFiles {
  readonly directory: string;
  readonly ticket: string;
  readonly prompt: string;
  /** The only one of these folders that the agent may write to. Its contents are not trusted. */
  readonly resultFolder: string;
  readonly result: string;
  readonly output: string;
}

export const OUTPUT_FILE = 'output.log';

/** The folder of an attempt's files, relative to the run's directory. */
export function attemptPath(ticket: string, attempt: number): string {
  return join(encodeRefComponent(ticket), String(attempt));
}

export async function createAttemptFiles(
  runDirectory: string,
  ticketId: string,
  attempt: number,
  ticket: unknown,
): Promise<AttemptFiles> {
  const directory = join(runDirectory, attemptPath(ticketId, attempt));
  await makeFolderWithin(directory);
  const resultFolder = join(directory, 'result');
  const files = {
    directory,
    ticket: join(directory, 'ticket.json'),
    prompt: join(directory, 'prompt.md'),
    resultFolder,
    result: join(resultFolder, 'result.json'),
    output: join(directory, OUTPUT_FILE),
  };
  // An attempt that was cut off is repeated with the same number.
  await Promise.all([
    replaceRegular(files.ticket, JSON.stringify(ticket, undefined, 2) + '\n'),
    replaceRegular(files.output, ''),
    removeTree(resultFolder),
  ]);
  await makeFolderWithin(resultFolder);
  return files;
}
