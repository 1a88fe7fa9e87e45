import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git, type Repository } from '@sage/git';

export const VELOCITY_LOG = '.sage/stream-velocity.log';

/**
 * The log of durations of the wider workflow, a line a landing: `<ISO time> <minutes> <id>`. It is written only
 * where it exists, and only where git does not track it: the checkout stays clean.
 */
export class VelocityLog {
  readonly #file: string | undefined;

  private constructor(file: string | undefined) {
    this.#file = file;
  }

  static async open(repository: Repository): Promise<VelocityLog> {
    const file = join(repository.root, VELOCITY_LOG);
    const there = await stat(file).catch(() => undefined);
    const tracked = there && (await git(repository, ['ls-files', '--', VELOCITY_LOG])) !== '';
    return new VelocityLog(there?.isFile() && !tracked ? file : undefined);
  }

  async landed(ticket: string, seconds: number, at: Date): Promise<void> {
    // A line is a line, whatever the id.
    const id = /[\s\p{C}]/u.test(ticket) ? JSON.stringify(ticket) : ticket;
    if (this.#file) await appendFile(this.#file, `${at.toISOString()} ${(seconds / 60).toFixed(2)} ${id}\n`);
  }
}
