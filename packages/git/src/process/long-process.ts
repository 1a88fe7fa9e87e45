import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { gitEnvironment, SAFE_CONFIG } from './environment.ts';
import { helperProgram } from './helper-program.ts';
import { GitError } from '../errors.ts';
import { repositoryEnvironment, type Repository } from '../repository.ts';

export interface LongProcessOptions {
  readonly config?: readonly string[];
  /** A command to run git under, such as `['stdbuf', '-o0']`. */
  readonly under?: readonly string[];
}

interface Question {
  /** The length of the answer at the start of the received bytes; undefined while it is incomplete. */
  readonly length: (received: Buffer) => number | undefined;
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

/** Git keeps every object it has parsed in memory, so a process is replaced after this many answers. */
const MAX_ANSWERS = 1000;

/**
 * One git command that answers questions one after the other. It starts with the first question, restarts after a
 * failure, and ends with this process, because its stdin does.
 */
export class LongProcess {
  readonly #repository: Repository;
  readonly #args: readonly string[];
  readonly #options: LongProcessOptions;
  #child: ChildProcess | undefined;
  #questions: Question[] = [];
  #received: Buffer = Buffer.alloc(0);
  /** The buffer of which `#received` is a part, with free space after it. */
  #room: Buffer = Buffer.allocUnsafeSlow(0);
  #asked = 0;

  constructor(repository: Repository, args: readonly string[], options: LongProcessOptions = {}) {
    this.#repository = repository;
    this.#args = args;
    this.#options = options;
  }

  /** Throws `GitError` if git ends instead of answering. */
  async ask(input: string | Uint8Array, length: Question['length']): Promise<Buffer> {
    if (this.#asked >= MAX_ANSWERS && this.#questions.length === 0) await this.close();
    const child = (this.#child ??= this.#start());
    this.#asked += 1;
    return new Promise((resolve, reject) => {
      this.#questions.push({ length, resolve, reject });
      child.stdin?.write(input);
    });
  }

  /** Ends the process. Unanswered questions fail. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined;
    child.stdin?.end();
    await ended;
  }

  /** Ends the process at once, even while it is answering. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #start(): ChildProcess {
    const { root } = this.#repository;
    const config = [...SAFE_CONFIG, ...(this.#options.config ?? [])].flatMap((setting) => ['-c', setting]);
    const { program, path } = helperProgram('git', [root]);
    const [command = program, ...args] = [...(this.#options.under ?? []), program, ...config, ...this.#args];
    const child: ChildProcess = spawn(command, args, {
      cwd: root,
      detached: true,
      env: gitEnvironment(process.env, {
        PATH: path,
        ...repositoryEnvironment(this.#repository),
        GIT_WORK_TREE: root,
      }),
    });
    let stderr = '';
    this.#asked = 0;
    this.#received = Buffer.alloc(0);
    // The streams are missing if git could not be started because of too many open files.
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)));
    child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
    // Ignore errors of writing to a git that has ended: its exit is handled below and says more.
    child.stdin?.on('error', () => undefined);
    const over = (error: GitError) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const { reject } of this.#questions.splice(0)) reject(error);
    };
    child.on('error', (cause) => over(new GitError(this.#args, undefined, cause.message, { cause })));
    child.on('close', (code) => over(new GitError(this.#args, code ?? undefined, stderr)));
    return child;
  }

  /** Doubles the buffer, so that a long answer is not copied again for each chunk. */
  #append(chunk: Buffer): void {
    const { buffer, byteOffset, length } = this.#received;
    const needed = length + chunk.length;
    if (length === 0) this.#received = chunk;
    else {
      const fits = buffer === this.#room.buffer && byteOffset + needed <= this.#room.length;
      const start = fits ? byteOffset : 0;
      if (!fits) {
        // Not from node's pool, because answers may share this memory.
        this.#room = Buffer.allocUnsafeSlow(needed * 2);
        this.#received.copy(this.#room);
      }
      chunk.copy(this.#room, start + length);
      this.#received = this.#room.subarray(start, start + needed);
    }
  }

  #take(chunk: Buffer): void {
    this.#append(chunk);
    for (let question = this.#questions[0]; question; question = this.#questions[0]) {
      const length = question.length(this.#received);
      if (length === undefined) return;
      const answer = this.#received.subarray(0, length);
      this.#received = this.#received.subarray(length);
      this.#questions.shift();
      question.resolve(answer);
    }
  }
}
