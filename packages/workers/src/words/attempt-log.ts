import { isErrno } from '@sage/git';
import { LineFollower } from '../process/line-follower.ts';
import { agentWords } from './agent-words.ts';
import type { LogPart } from './log-parts.ts';
import { type Word, withoutControls } from './word.ts';

/** Something that happened in an attempt. */
export interface LogEntry {
  /** The output that it comes from: `agent`, `setup`, `check 1`, `verify`, ... */
  readonly part: string;
  /** `printed` is a line of a command. All other kinds come from agents. */
  readonly kind: Word['kind'] | 'printed';
  /** Without control characters, except line breaks. */
  readonly text: string;
}

interface Followed {
  readonly lines: LineFollower;
  /** The start of a line that the agent has not completed yet. */
  said: string;
  /** The previous text. Agents report a problem when it occurs, when they give up, and again as the result. */
  before?: string;
}

/** The outputs of one attempt in words. Each `read` returns what was added since the last one. */
export class AttemptLog {
  readonly #shorten: (text: string) => string;
  readonly #followed = new Map<string, Followed>();

  /** `shorten` adapts texts for people, for example by removing the worktree's path. */
  constructor(shorten: (text: string) => string = (text) => text) {
    this.#shorten = shorten;
  }

  /** With `isOver`, an incomplete last line is returned too. */
  async *read(parts: readonly LogPart[], isOver: boolean): AsyncGenerator<LogEntry, void, undefined> {
    for (const part of parts) {
      const followed = this.#followed.get(part.file) ?? { lines: new LineFollower(part.file), said: '' };
      this.#followed.set(part.file, followed);
      try {
        for await (const lines of followed.lines.read())
          for (const line of lines) yield* this.#entries(part.name, followed, line);
      } catch (error) {
        // The file was removed or replaced between two reads.
        if (!isErrno(error, 'ENOENT')) throw error;
      }
      if (!isOver) continue;
      const rest = followed.lines.takeRest();
      if (rest !== '') yield* this.#entries(part.name, followed, rest);
      yield* rests(part.name, followed);
    }
  }

  *#entries(part: string, followed: Followed, line: string): Generator<LogEntry> {
    if (part !== 'agent') return yield { part, kind: 'printed', text: withoutControls(line) };
    for (const { kind, text, piece } of agentWords(line)) {
      if (piece) {
        const whole = (followed.said + text).split('\n');
        followed.said = whole.pop() ?? '';
        if (whole.length > 0) yield { part, kind, text: whole.join('\n') };
        continue;
      }
      yield* rests(part, followed);
      const isAgain = kind === 'problem' && text === followed.before;
      followed.before = text;
      if (!isAgain) yield { part, kind, text: kind === 'said' ? text : this.#shorten(text) };
    }
  }
}

function* rests(part: string, followed: Followed): Generator<LogEntry> {
  if (followed.said !== '') yield { part, kind: 'said', text: followed.said };
  followed.said = '';
}
