import { Transform } from 'node:stream';
import { SettingError } from '../errors.ts';
import { endOf } from './secret-end.ts';
import { formsOf, type SecretForm, SHORTEST_SECRET } from './secret-forms.ts';

/** Replaces a secret. */
const MASK = '***';

/** Masks secrets in text and in streams of output. */
export class Masker {
  /** Forms by their first character, the longest first. Encoded as latin1, because output need not be UTF-8. */
  readonly #forms: ReadonlyMap<string, readonly SecretForm[]>;
  readonly #begin: RegExp;

  constructor(values: Iterable<string>) {
    const forms = [...values]
      .flatMap(formsOf)
      .map((form) => ({ ...form, text: Buffer.from(form.text).toString('latin1') }))
      .toSorted((a, b) => b.text.length - a.text.length);
    this.#forms = Map.groupBy(forms, ({ text }) => text.charAt(0));
    this.#begin = new RegExp([...this.#forms].map(beginning).join('|'), 'g');
  }

  get empty(): boolean {
    return this.#forms.size === 0;
  }

  /** Masks secrets in all texts of a JSON value, including the names of members. */
  json<T>(value: T): T {
    if (this.empty) return value;
    if (typeof value === 'string') return this.text(value) as T;
    if (Array.isArray(value)) return value.map((each: unknown) => this.json(each)) as T;
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(([name, each]) => [this.text(name), this.json(each)] as const);
    return Object.fromEntries(members) as T;
  }

  text(value: string): string {
    if (this.empty) return value;
    return Buffer.from(this.#mask(Buffer.from(value).toString('latin1'), true).masked, 'latin1').toString();
  }

  /**
   * A secret may arrive in pieces. Text that could be its beginning is held back until more arrives or the stream
   * ends.
   */
  stream(): Transform {
    let rest = '';
    const next = (text: string, isEnd: boolean) => {
      const { masked, held } = this.#mask(text, isEnd);
      rest = held;
      return Buffer.from(masked, 'latin1');
    };
    return new Transform({
      transform(chunk: Buffer, _, done) {
        done(undefined, next(rest + chunk.toString('latin1'), false));
      },
      flush(done) {
        done(undefined, next(rest, true));
      },
    });
  }

  /** Masks the text as far as further text cannot change the result. */
  #mask(text: string, isEnd: boolean): { readonly masked: string; readonly held: string } {
    const parts: string[] = [];
    let from = 0;
    this.#begin.lastIndex = 0;
    for (let found = this.#begin.exec(text); found !== null; found = this.#begin.exec(text)) {
      const at = found.index;
      const end = this.#endAt(text, at, isEnd);
      if (end === 'more') return { masked: parts.join('') + text.slice(from, at), held: text.slice(at) };
      if (end !== undefined) {
        parts.push(text.slice(from, at), MASK);
        from = end;
      }
      this.#begin.lastIndex = end ?? at + 1;
    }
    return { masked: parts.join('') + text.slice(from), held: '' };
  }

  /** The end of the longest secret that starts here. */
  #endAt(text: string, at: number, isEnd: boolean): number | 'more' | undefined {
    const ends = (this.#forms.get(text.charAt(at)) ?? []).map((form) => endOf(form, text, at));
    if (!isEnd && ends.includes('more')) return 'more';
    return ends.find((end) => typeof end === 'number');
  }
}

/**
 * A pattern for the start of these forms, which share their first character. It also checks the second character, if
 * there is one.
 */
function beginning([first, forms]: readonly [string, readonly SecretForm[]]): string {
  const seconds = new Set(
    forms.flatMap(({ text, wraps }) => [text.charAt(1), ...(wraps ? ['\r', '\n', '\\'] : [])]),
  );
  const codes = (chars: Iterable<string>) =>
    [...chars].map((char) => String.raw`\x` + char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return `${codes([first])}(?:[${codes(seconds)}]|$)`;
}

/**
 * The values of the variables named as secrets, if they are set.
 * @throws {SettingError} if a value is too short to be distinguished from other text.
 */
export function secretValues(names: readonly string[], environment: NodeJS.ProcessEnv): string[] {
  return names.flatMap((name) => {
    const value = environment[name];
    if (value === undefined || value === '') return [];
    if (value.length < SHORTEST_SECRET)
      throw new SettingError(
        'secrets',
        `secrets: ${name} has fewer than ${SHORTEST_SECRET} characters, too few to be masked: remove it`,
      );
    return [value];
  });
}
