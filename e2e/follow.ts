import type { Sandbox, StreamEvent } from './sandbox.ts';

/** A run that is followed while it works: steps of a test wait for its events, never for time. */
export class Follow {
  readonly events: StreamEvent[] = [];
  readonly #process: ReturnType<Sandbox['start']>;
  readonly #waiting = new Set<() => void>();
  #rest = '';
  #notices = '';

  private constructor(process: ReturnType<Sandbox['start']>) {
    this.#process = process;
    process.stdout?.on('data', (data: Buffer) => {
      const lines = (this.#rest + data.toString()).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.events.push(JSON.parse(line) as StreamEvent);
      this.#look();
    });
    process.stderr?.on('data', (data: Buffer) => {
      this.#notices += data.toString();
      this.#look();
    });
    process.stdout?.on('end', () => this.#look());
  }

  /** Starts an automatic run. */
  static stream(sandbox: Sandbox, agent: string, ...args: string[]): Follow {
    return new Follow(sandbox.start(['stream', '--auto', '--json', '--agent-command', agent, ...args]));
  }

  /** The first event of this name, and of this ticket where one is named. */
  async event(name: string, ticket?: string): Promise<StreamEvent> {
    const find = () =>
      this.events.find((one) => one.event === name && (ticket === undefined || one.ticket === ticket));
    await this.#until(() => find() !== undefined, `${name} ${ticket ?? ''}`);
    return find() as StreamEvent;
  }

  async notice(text: string): Promise<void> {
    await this.#until(() => this.#notices.includes(text), text);
  }

  async end(): Promise<{ exitCode: number; notices: string; events: StreamEvent[] }> {
    const { exitCode = -1 } = await this.#process;
    return { exitCode, notices: this.#notices, events: this.events };
  }

  async kill(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    this.#process.kill(signal);
    await this.#process;
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }

  /** A run that ends without it has failed the test. */
  #until(isSo: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const ended = this.#process.stdout.readableEnded;
        if (!isSo() && !ended) return;
        this.#waiting.delete(look);
        if (isSo()) resolve();
        else reject(new Error(`the run ended without ${what}: ${this.#notices}`));
      };
      this.#waiting.add(look);
      look();
    });
  }
}
