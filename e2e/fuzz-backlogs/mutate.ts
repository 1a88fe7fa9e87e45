/** Numbers from 0 to below 1. */
export type Random = () => number;

/** Pieces that mean something to one of the formats, or to JavaScript. */
const PIECES = [
  [
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ',',
    ':',
    '\n',
    '\r\n',
    '\r',
    '\t',
    '\\',
    '\\u0000',
    '\0',
    ' ',
    '#',
    '---\n',
  ],
  [
    '<<<<<<< HEAD\n',
    '=======\n',
    '>>>>>>> other\n',
    '```\n',
    '<!--',
    '-->',
    '\uFEFF',
    '\u2028',
    '\uD800',
    '💥',
  ],
  ['null', 'true', '-1', '1e999', '3.10', '0', '99999999999999999999', '""', '{}', '[]', '{"tasks":[]}'],
  ['"__proto__":1,', '"constructor"', 'toString', '"id":1,', '"status":"done",', '"dependencies":[1],'],
  ['- [ ] T001 x\n', '- [x] 1.1 y\n', '## 1. Z\n', '# ', '[P]', '(depends on T001, T002)', '  - [ ] '],
  [
    'id: TASK-1\n',
    'status: Done\n',
    'dependencies: [TASK-1]\n',
    'statuses: []\n',
    '  - ',
    '&a *a',
    '>-\n',
    '? ',
  ],
  ['"parent-child"', '"tombstone"', '"issue_type":"message",', '"_type":"memory",', '"updated_at":"x",'],
].flat();

/** A text that somebody, or some program, has damaged. The same numbers give the same text. */
export function mutate(text: string, other: string, random: Random): string {
  let result = text;
  const times = 1 + Math.floor(random() ** 2 * 6);
  for (let at = 0; at < times; at++) result = once(result, other, random);
  return result;
}

function once(text: string, other: string, random: Random): string {
  const below = (limit: number): number => Math.floor(random() * limit);
  const span = (of: string): [number, number] => {
    const start = below(of.length + 1);
    return [start, Math.min(of.length, start + 1 + Math.floor(random() ** 3 * of.length))];
  };
  const [start, end] = span(text);
  const part = text.slice(start, end);
  // Half of the damage to JSON leaves it JSON.
  if (random() < 0.5) {
    const changed = inJson(text, random);
    if (changed !== undefined) return changed;
  }
  switch (below(8)) {
    case 0:
      return text.slice(0, start) + text.slice(end);
    case 1:
      return text.slice(0, end) + part + text.slice(end);
    case 2:
      return text.slice(0, start) + piece(below) + text.slice(start);
    case 3:
      return text.slice(0, start) + piece(below) + text.slice(start + 1);
    case 4: {
      const [from, to] = span(other);
      return text.slice(0, start) + other.slice(from, to) + text.slice(end);
    }
    case 5:
      return text.slice(0, start);
    case 6:
      return swapLines(text, below);
    default:
      return text.replaceAll('\n', '\r\n');
  }
}

function piece(below: (limit: number) => number): string {
  return PIECES[below(PIECES.length)]!;
}

function swapLines(text: string, below: (limit: number) => number): string {
  const lines = text.split('\n');
  const [one, two] = [below(lines.length), below(lines.length)];
  [lines[one], lines[two]] = [lines[two]!, lines[one]!];
  return lines.join('\n');
}

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  '',
  'done',
  '1',
  '2.1',
  [],
  {},
  [1],
  [[]],
  { id: 1 },
  [null],
];
const KEYS = [
  'id',
  'status',
  'dependencies',
  'subtasks',
  'tasks',
  'title',
  '__proto__',
  'constructor',
  'type',
];

/** Another value, or another key, somewhere in a text or a line of JSON. */
function inJson(text: string, random: Random): string | undefined {
  const lines = text.split('\n');
  const at = text.trimStart().startsWith('{"') && lines.length > 1 ? Math.floor(random() * lines.length) : -1;
  try {
    const value: unknown = JSON.parse(at === -1 ? text : lines[at]!);
    change(value, random);
    if (at === -1) return JSON.stringify(value, undefined, random() < 0.5 ? 2 : undefined);
    return lines.with(at, JSON.stringify(value)).join('\n');
  } catch {
    return undefined;
  }
}

function change(value: unknown, random: Random): void {
  if (typeof value !== 'object' || value === null) return;
  const keys = Object.keys(value);
  const key = keys[Math.floor(random() * keys.length)];
  const record = value as Record<string, unknown>;
  if (key !== undefined && random() < 0.7 && typeof record[key] === 'object')
    return change(record[key], random);
  const name = key !== undefined && random() < 0.8 ? key : KEYS[Math.floor(random() * KEYS.length)]!;
  record[name] = structuredClone(VALUES[Math.floor(random() * VALUES.length)]);
}
