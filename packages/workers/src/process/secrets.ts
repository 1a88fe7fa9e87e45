import { Transform } from 'node:stream';
import { SettingError } from '../errors.ts';
import { formsOf, SHORTEST_SECRET } from './secret-forms.ts';

/** What stands in the place of a secret. */
const MASK = '***';

/** Takes secrets out of text and of output as it flows. */
export class Masker {
  /** As latin1 of their bytes, the longest first: output need not be UTF-8. */
  readonly #secrets: readonly string[];
  readonly #byFirst: ReadonlyMap<string, readonly string[]>;
  readonly #pattern: RegExp;

  constructor(values: Iterable<string>) {
    const forms = [...values].flatMap(formsOf).map((form) => Buffer.from(form).toString('latin1'));
    this.#secrets = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
    this.#byFirst = Map.groupBy(this.#secrets, (one) => one.charAt(0));
    this.#pattern = new RegExp(this.#secrets.map(literal).join('|'), 'g');
  }

  get empty(): boolean {
    return this.#secrets.length === 0;
  }

  /** JSON without secrets in any of its texts, names of members included. */
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
    return Buffer.from(this.#mask(Buffer.from(value).toString('latin1')), 'latin1').toString();
  }

  /** A secret may come in pieces: what could be its beginning is held back until more comes, or nothing. */
  stream(): Transform {
    let held = '';
    const split = (text: string) => this.#split(text);
    const mask = (text: string) => this.#mask(text);
    return new Transform({
      transform(chunk: Buffer, _, done) {
        const text = held + chunk.toString('latin1');
        const end = split(text);
        held = text.slice(end);
        done(undefined, Buffer.from(mask(text.slice(0, end)), 'latin1'));
      },
      flush(done) {
        done(undefined, Buffer.from(mask(held), 'latin1'));
      },
    });
  }

  #mask(text: string): string {
    return this.empty ? text : text.replaceAll(this.#pattern, MASK);
  }

  /** Where text ends that no further text can change. */
  #split(text: string): number {
    const longest = this.#secrets[0]?.length ?? 1;
    let end = Math.max(0, text.length - longest + 1);
    const begins = (from: number) =>
      (this.#byFirst.get(text.charAt(from)) ?? []).some((one) => one.startsWith(text.slice(from)));
    while (end < text.length && !begins(end)) end += 1;
    // A whole secret that reaches over the end is known to be one.
    for (const { index, 0: secret } of text.matchAll(this.#pattern))
      if (index < end) end = Math.max(end, index + secret.length);
    return end;
  }
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/**
 * The values of the variables that are named as secrets, as far as they are set.
 * @throws {SettingError} if one is too short to be distinguished from other text.
 */
export function secretValues(names: readonly string[], environment: NodeJS.ProcessEnv): string[] {
  return names.flatMap((name) => {
    const value = environment[name];
    if (value === undefined || value === '') return [];
    if (value.length < SHORTEST_SECRET)
      throw new SettingError(
        'secrets',
        `secrets: ${name} has fewer than ${SHORTEST_SECRET} characters, too few to be masked: take it out`,
      );
    return [value];
  });
}
