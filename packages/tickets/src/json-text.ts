import { findNodeAtLocation, parseTree, printParseErrorCode, visit } from 'jsonc-parser';
import type { Node, ParseErrorCode } from 'jsonc-parser';
import { TicketIndexError } from './errors.ts';
import type { TextPlace, TicketIndexErrorCode } from './errors.ts';

const strict = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };
const BOM = '\uFEFF';

/** @throws {TicketIndexError} with the place and the reason why the text is not one JSON document. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(withoutBom(text));
  } catch (cause) {
    const { code, problem, offset } = diagnose(text, cause);
    throw new TicketIndexError({
      file,
      code,
      problem,
      place: offset === undefined ? undefined : placeAt(text, offset),
      cause,
    });
  }
}

/**
 * The syntax tree of a text that {@link parseJson} has accepted. Offsets count from the start of the text, including
 * a byte order mark, which is read as one space.
 */
export function parseSyntax(text: string): Node {
  const tree = parseTree(text.startsWith(BOM) ? ` ${withoutBom(text)}` : text, [], strict);
  if (!tree) throw new TypeError('the text is not JSON: parse it first');
  return tree;
}

/** The value of the last member called `key`, like JSON.parse. */
export function memberOf(object: Node | undefined, key: string): Node | undefined {
  return object?.type === 'object'
    ? object.children?.findLast((member) => member.children?.[0]?.value === key)?.children?.[1]
    : undefined;
}

/** The place of the value at `path`, or of the nearest value around it. */
export function placeOf(text: string, path: readonly (string | number)[]): TextPlace {
  const tree = parseSyntax(text);
  let node = tree;
  for (const key of path) {
    const next = typeof key === 'string' ? memberOf(node, key) : findNodeAtLocation(node, [key]);
    if (!next) break;
    node = next;
  }
  return placeAt(text, node.offset);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutBom(text: string): string {
  return text.startsWith(BOM) ? text.slice(1) : text;
}

/** The place of an offset in a text. */
export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  const start = before.length === 1 && text.startsWith(BOM) ? 1 : 0;
  return { line: before.length, column: before.at(-1)!.length + 1 - start };
}

interface Diagnosis {
  readonly code: TicketIndexErrorCode;
  readonly problem: string;
  readonly offset: number | undefined;
}

function diagnose(text: string, cause: unknown): Diagnosis {
  const nul = text.indexOf('\0');
  if (nul !== -1) {
    return {
      code: 'NUL_BYTE',
      problem: 'a NUL byte: the file is damaged or not text, restore it',
      offset: nul,
    };
  }
  // No JSON value spans lines, so a line that starts like this is never part of a string.
  const marker = /^<{7}(?: |$)/m.exec(text);
  if (marker) {
    return {
      code: 'CONFLICT_MARKERS',
      problem: 'a git conflict marker: resolve the merge first',
      offset: marker.index,
    };
  }
  if (withoutBom(text).trim() === '') {
    return {
      code: 'NOT_JSON',
      problem: 'the file is empty: write {"version": "1.0", "tickets": []} to start',
      offset: 0,
    };
  }
  const first = firstSyntaxError(text);
  if (first?.reason === 'EndOfFileExpected' && /[{[]/.test(text.charAt(first.offset))) {
    return {
      code: 'TWO_DOCUMENTS',
      problem: 'a second JSON document starts here: keep only one',
      offset: first.offset,
    };
  }
  const reason =
    (first && reasons[first.reason]) ?? (cause instanceof Error ? oneLine(cause.message) : 'not JSON');
  return { code: 'NOT_JSON', problem: `not JSON: ${reason}; correct it here`, offset: first?.offset };
}

/** Reasons for the syntax errors of jsonc-parser, by name. */
const reasons: Record<string, string | undefined> = {
  InvalidSymbol: 'an unknown word',
  InvalidNumberFormat: 'a malformed number',
  PropertyNameExpected: 'a property name in double quotes expected',
  ValueExpected: 'a value expected',
  ColonExpected: 'a colon expected',
  CommaExpected: 'a comma expected',
  CloseBraceExpected: 'a closing brace expected',
  CloseBracketExpected: 'a closing bracket expected',
  EndOfFileExpected: 'the end of the file expected',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfComment: 'JSON has no comments',
  UnexpectedEndOfString: 'a string that does not end on its line',
  UnexpectedEndOfNumber: 'a malformed number',
  InvalidUnicode: 'a malformed \\u escape',
  InvalidEscapeCharacter: 'an unknown escape in a string',
  InvalidCharacter: 'a control character in a string',
};

function firstSyntaxError(text: string): { reason: string; offset: number } | undefined {
  let first: { reason: string; offset: number } | undefined;
  try {
    const onError = (code: ParseErrorCode, offset: number): void => {
      if (!first || offset < first.offset) first = { reason: printParseErrorCode(code), offset };
    };
    visit(text.startsWith(BOM) ? ` ${withoutBom(text)}` : text, { onError }, strict);
  } catch (error) {
    // Nested too deeply for the recursive parser: V8's own message has to do.
    if (!(error instanceof RangeError)) throw error;
  }
  return first;
}

function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ');
}
