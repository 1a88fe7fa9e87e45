import { GitSession, type PinnedCheckouts, type PinnedSettings, type Repository } from '@sage/git';

/**
 * How long (ms) an idle session stays open. The next landing often follows at once, and starting the processes costs
 * more than a landing.
 */
const LINGER_MS = 100;

export interface OpenSession {
  readonly session: GitSession;
  readonly pinned: PinnedCheckouts;
}

/** One git session for all work of a queue. Opened when needed, and closed after it has been idle for a while. */
export class SharedSession {
  readonly #open: () => Promise<OpenSession>;
  #current: Promise<OpenSession> | undefined;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(repository: Repository, settings: PinnedSettings) {
    this.#open = async () => {
      const pinned = settings.open();
      return { pinned, session: new GitSession(repository, await pinned.of(repository), settings.shared) };
    };
  }

  async use<T>(work: (open: OpenSession) => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#users += 1;
    try {
      this.#current ??= this.#open();
      const open = await this.#current;
      if (this.#users === 1) open.session.forgetCommits();
      return await work(open);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#timer = setTimeout(() => void this.close(), LINGER_MS);
    }
  }

  /** Closes the session now. The next use opens another one. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const current = this.#current;
    this.#current = undefined;
    // A session that failed to open needs no closing.
    const open = await current?.catch(() => undefined);
    await open?.session[Symbol.asyncDispose]();
    await open?.pinned[Symbol.asyncDispose]();
  }
}
