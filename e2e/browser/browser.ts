import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

type Fields = Readonly<Record<string, unknown>>;

/** An answer or an event of the DevTools protocol: https://chromedevtools.github.io/devtools-protocol. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Fields;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Chromium or Chrome, if it is installed. */
export function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const programs = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  programs.push('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
  return programs.find(isExecutable);
}

/** A page of a browser without a window. What it reports is kept, in order. */
export class Browser {
  readonly events: { readonly method: string; readonly params: Fields }[] = [];
  readonly #process: ChildProcess;
  readonly #commands: Writable;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #waiting = new Set<() => void>();
  #session: string | undefined;
  #last = 0;
  #rest = '';

  private constructor(program: string, profile: string) {
    // It is root in a container, where its own sandbox cannot be made.
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--remote-debugging-pipe',
    ];
    this.#process = spawn(program, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
      env: { PATH: process.env['PATH'], HOME: profile },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#process.once('exit', () => this.#ended()).once('error', () => this.#ended());
    const [, , , commands, answers] = this.#process.stdio as unknown as [0, 0, 0, Writable, Readable];
    this.#commands = commands.on('error', () => this.#ended());
    answers.setEncoding('utf8').on('data', (text: string) => {
      const messages = (this.#rest + text).split('\0');
      this.#rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Message);
    });
  }

  static async open(program: string, profile: string): Promise<Browser> {
    const browser = new Browser(program, profile);
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await browser.send(`${domain}.enable`);
    return browser;
  }

  /** @throws {Error} with what the browser says. */
  async send(method: string, params: Fields = {}): Promise<Fields> {
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#last += 1;
    this.#answers.set(this.#last, resolve);
    this.#commands.write(`${JSON.stringify({ id: this.#last, method, params, sessionId: this.#session })}\0`);
    const { result = {}, error } = await promise;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Opens a page, and waits until all of it is there. */
  async goTo(url: string): Promise<void> {
    this.events.length = 0;
    const isLoaded = this.#event('Page.loadEventFired');
    await this.send('Page.navigate', { url });
    await isLoaded;
  }

  /** What an expression is in the page, as JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    return (answer['result'] as Fields)['value'];
  }

  async close(): Promise<void> {
    const isOver = once(this.#process, 'exit');
    // Killed, it would leave the processes that it has started.
    await this.send('Browser.close').catch(() => {});
    await isOver;
  }

  #ended(): void {
    for (const answer of this.#answers.values()) answer({ error: { message: 'the browser has ended' } });
    this.#answers.clear();
  }

  #event(method: string): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.events.some((event) => event.method === method)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #take(message: Message): void {
    if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
    } else if (message.method !== undefined) {
      this.events.push({ method: message.method, params: message.params ?? {} });
      for (const look of this.#waiting) look();
    }
  }
}

function isExecutable(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
