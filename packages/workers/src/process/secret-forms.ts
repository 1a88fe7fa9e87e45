/** Shorter values, or lines of values, also occur in harmless text. */
export const SHORTEST_SECRET = 6;
/** Levels of nested JSON: agents' events quote the output of tools. */
const JSON_DEPTH = 3;

/** A value in one of the ways in which programs write it. */
export interface SecretForm {
  readonly text: string;
  /** Whether it may be broken into lines, like base64; see `endOf`. */
  readonly wraps: boolean;
}

/**
 * All forms of a value: plain, in JSON and nested JSON, with `\/` and `\u` escapes, in URLs, in base64 at any offset,
 * and each of its lines separately.
 */
export function formsOf(value: string): SecretForm[] {
  const lines = value.split('\n').map((line) => line.trim());
  const long = lines.filter((line) => line.length >= SHORTEST_SECRET);
  // The last line of a key may be short. It only counts at the beginning of a line.
  const short = lines.filter((line, at) => at > 0 && line.length > 1 && line.length < SHORTEST_SECRET);
  const plain = [value, ...long, ...short.map((line) => `\n${line}`)];
  const whole = plain.flatMap((text) => [...inJson(text), ...inAddresses(text)]);
  return [
    ...[...new Set(whole)].map((text) => ({ text, wraps: false })),
    ...[...new Set(plain.flatMap(inBase64))].map((text) => ({ text, wraps: true })),
  ];
}

function inJson(text: string): string[] {
  const found = [text];
  let level = [text];
  for (let depth = 0; depth < JSON_DEPTH; depth += 1) {
    level = [...new Set(level.flatMap((one) => escapings(JSON.stringify(one).slice(1, -1))))];
    found.push(...level);
  }
  return found;
}

/** JSON may escape more than necessary. */
function escapings(json: string): string[] {
  return [json, json.replaceAll('/', String.raw`\/`)].flatMap((one) => [
    one,
    withUnicode(one, (hex) => hex),
    withUnicode(one, (hex) => hex.toUpperCase()),
  ]);
}

/** Escapes of encoders that write only ASCII, or text that is safe in HTML. */
function withUnicode(json: string, spell: (hex: string) => string): string {
  return json.replaceAll(
    /[<>&'\u007F-\uFFFF]/g,
    (char) => String.raw`\u` + spell(char.charCodeAt(0).toString(16).padStart(4, '0')),
  );
}

function inAddresses(text: string): string[] {
  if (!text.isWellFormed()) return [];
  const encoded = encodeURIComponent(text);
  const strict = encoded.replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [encoded, strict, encoded.replaceAll('%20', '+')].flatMap((one) => [
    one,
    one.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

/** The base64 characters that depend only on the value, for each of its three possible offsets. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const whole = (before + bytes.length) % 3 === 0;
    const core = encoded.slice(before === 0 ? 0 : before + 1, whole ? undefined : -1);
    if (core.length < SHORTEST_SECRET) return [];
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
