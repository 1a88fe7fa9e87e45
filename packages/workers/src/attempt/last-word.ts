export interface LastWord {
  readonly outcome: 'COMPLETED' | 'DEFERRED' | 'FAILED';
  readonly reason?: string;
}

/** Programs print a footer of at most this many lines after their model's last text. */
const LAST_LINES = 20;
/** Decoration of a line by Markdown, a quotation, a list or a box. */
const DECORATION = /^(?:[\s\p{P}\p{S}]|\d+[.)] )*/u;
const CLOSING: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '“': '”',
  '‘': '’',
  '„': '“',
  '«': '»',
};
/** The prompt's own instruction, which some programs echo. */
const PLACEHOLDER = /^<[^>]*>$/;

/** The last `RESULT: ...` line near the end of what an agent said, with any decoration. */
export function lastWord(said: readonly string[]): LastWord | undefined {
  const lines = said.filter((line) => line.trim() !== '').slice(-LAST_LINES);
  for (const line of lines.toReversed()) {
    const word = wordIn(line);
    if (word !== undefined && !PLACEHOLDER.test(word.reason ?? '')) return word;
  }
  return undefined;
}

/** The agent's text for people: a line `RESULT: ...` is replaced by its reason. */
export function withoutResult(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const word = wordIn(line);
      return word === undefined ? line : (word.reason ?? []);
    })
    .join('\n')
    .trim();
}

function wordIn(line: string): LastWord | undefined {
  const [decoration = ''] = DECORATION.exec(line) ?? [];
  const found = /^RESULT\s*:[*_`\s]*(COMPLETED|DEFERRED|FAILED)\b[*_`:\s–—-]*(.*)$/.exec(
    line.slice(decoration.length),
  );
  if (!found) return undefined;
  const reason = withoutEnd(found[2] ?? '', decoration);
  return { outcome: found[1] as LastWord['outcome'], ...(reason !== '' && { reason }) };
}

/** Removes the decoration from the end of a line if it matches the start. */
function withoutEnd(text: string, decoration: string): string {
  const ends = new Set(decoration.split('').flatMap((one) => [one, CLOSING[one] ?? one]));
  let end = text.length;
  while (end > 0 && (text[end - 1]?.trim() === '' || ends.has(text[end - 1]!))) end -= 1;
  return text.slice(0, end);
}
