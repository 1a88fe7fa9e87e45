import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git, type Repository, SAGE_PATHS } from '@sage/git';
import type { RunEvent } from '@sage/journal';
import type { Clock } from '../context/clock.ts';

/**
 * The surrounding workflow's log of durations, one line for each landing: `<ISO time> <minutes> <id>`. Only written
 * if it exists and git does not track it, so that the checkout stays clean.
 */
export class VelocityLog {
  readonly #file: string | undefined;
  readonly #clock: Clock;
  /** Seconds of the last completed attempt of each ticket that has not landed yet. */
  readonly #seconds = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string | undefined, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  static async open(repository: Repository, clock: Clock): Promise<VelocityLog> {
    const file = join(repository.root, SAGE_PATHS.velocityLog);
    const there = await stat(file).catch(() => undefined);
    const tracked = there && (await git(repository, ['ls-files', '--', SAGE_PATHS.velocityLog])) !== '';
    return new VelocityLog(there?.isFile() && !tracked ? file : undefined, clock);
  }

  /** Takes an event of the run. */
  observe = (event: RunEvent): void => {
    if (this.#file === undefined) return;
    if (event.event === 'attempt.finished' && event.outcome === 'completed')
      this.#seconds.set(event.ticket, event.seconds);
    if (event.event !== 'landing.landed') return;
    const seconds = this.#seconds.get(event.ticket);
    this.#seconds.delete(event.ticket);
    if (seconds !== undefined) this.#append(this.#file, event.ticket, seconds);
  };

  async close(): Promise<void> {
    await this.#writing;
  }

  /** Nothing in the run depends on this log, so a failure to write it is ignored. */
  #append(file: string, ticket: string, seconds: number): void {
    // The id must not break the line.
    const id = /[\s\p{C}]/u.test(ticket) ? JSON.stringify(ticket) : ticket;
    const line = `${this.#clock.now().toISOString()} ${(seconds / 60).toFixed(2)} ${id}\n`;
    this.#writing = this.#writing.then(() => appendFile(file, line)).catch(() => {});
  }
}
