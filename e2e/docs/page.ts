/** A command of a page, with the output that the page shows. */
export interface Command {
  readonly line: string;
  /** Undefined where the page shows none: then it has to succeed. */
  readonly shown: string | undefined;
  /** Whether workers beside each other print it, in whatever order. */
  readonly anyOrder: boolean;
  /** Whether the page shows a sample of the JSON that it prints: an object with the same keys. */
  readonly isSample: boolean;
}

/** A page as text and commands in turns. */
export interface Page {
  /** The repository that its commands run in, of `repositories/`. */
  readonly repository: string;
  readonly parts: readonly (string | Command)[];
}

const FENCE = /^(?<open>```|<!-- )(?<info>console|sh|json of)\b(?<rest>.*)$/;

/**
 * Commands stand in blocks:
 * - `console`: `$ command`, continued by `> ` lines, with its output below; `any-order` where workers print it.
 *   A line `...` in the output stands for any lines;
 * - `sh`: a script that has to succeed;
 * - `<!-- sh ... -->`: the same, which no reader sees;
 * - either with `not-run: why`, where it cannot be run;
 * - `json of COMMAND`: a sample of what the command prints.
 */
export function readPage(text: string): Page {
  const parts: (string | Command)[] = [];
  let plain: string[] = [];
  const flush = () => {
    if (plain.length > 0) parts.push(plain.join('\n'));
    plain = [];
  };
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    plain.push(line);
    const { open, info, rest = '' } = FENCE.exec(line)?.groups ?? {};
    if (/^\s+```/.test(line)) throw new Error(`line ${at + 1}: a block begins where its line does`);
    if (open === undefined && !line.startsWith('```')) continue;
    const end = lines.indexOf(open === '<!-- ' ? '-->' : '```', at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: a block without an end`);
    const body = lines.slice(at + 1, end);
    const runs = open !== undefined && !rest.includes('not-run: ');
    if (open === undefined && body.some((one) => one.startsWith('$ ')))
      throw new Error(`line ${at + 1}: commands stand in blocks of console or sh`);
    if (runs) {
      flush();
      const how = { anyOrder: rest.includes('any-order'), isSample: info === 'json of' };
      if (info === 'sh') parts.push({ ...how, line: body.join('\n'), shown: undefined });
      else if (how.isSample) parts.push({ ...how, line: rest.trim(), shown: body.join('\n') });
      else parts.push(...readConsole(body, at + 2).map((command) => ({ ...how, ...command })));
    } else plain.push(...body);
    plain.push(lines[end]!);
    at = end;
  }
  flush();
  const [, repository = 'bakery'] = /^<!-- repository: (\S+) -->$/m.exec(text) ?? [];
  return { repository, parts };
}

function readConsole(body: readonly string[], first: number): Pick<Command, 'line' | 'shown'>[] {
  const commands: { line: string[]; shown: string[] }[] = [];
  for (const [index, line] of body.entries()) {
    const last = commands.at(-1);
    if (line.startsWith('$ ')) commands.push({ line: [line.slice(2)], shown: [] });
    else if (last === undefined) throw new Error(`line ${first + index}: output without a command`);
    else if (line.startsWith('> ') && last.shown.length === 0) last.line.push(line.slice(2));
    else last.shown.push(line);
  }
  return commands.map(({ line, shown }) => ({ line: line.join('\n'), shown: shown.join('\n') }));
}

/** The page with other outputs. */
export function writePage({ parts }: Page, outputs: readonly string[]): string {
  let next = 0;
  const texts = parts.flatMap((part) => {
    if (typeof part === 'string') return [part];
    const output = outputs[next]!;
    next += 1;
    if (part.isSample) return [output];
    if (part.shown === undefined) return part.line === '' ? [] : [part.line];
    const command = `$ ${part.line.replaceAll('\n', '\n> ')}`;
    return output === '' ? [command] : [command, output];
  });
  return texts.join('\n');
}
