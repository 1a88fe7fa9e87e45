import { withoutSequences } from '../process/control-sequences.ts';
import { isObject, textIn } from './report.ts';

/** Of what a reader takes over. Paths in it may be absolute, so it is cut to `ACTIVITY_CHARACTERS` only when shown. */
const READ_CHARACTERS = 1_000;
const ACTIVITY_CHARACTERS = 120;

/** Members of a tool's input that say best what it is used for, with what stands between the tool's name and them. */
const TELLING: readonly (readonly [key: string, separator: string])[] = [
  ['command', ': '],
  ['cmd', ': '],
  ['file_path', ' '],
  ['filePath', ' '],
  ['absolute_path', ' '],
  ['notebook_path', ' '],
  ['path', ' '],
  ['pattern', ' '],
  ['query', ' '],
  ['url', ' '],
  ['description', ': '],
];

/** A use of a tool in a few words: `Edit src/app.ts`, `Bash: npm test`. */
export function activityOf(tool: string, input?: unknown): string {
  const line = isObject(input) && Array.isArray(input['command']) ? input['command'].join(' ') : undefined;
  if (line !== undefined) return brief(`${tool}: ${line}`);
  for (const [key, separator] of TELLING) {
    const value = textIn(input, key);
    if (value !== undefined && value !== '') return brief(`${tool}${separator}${value}`);
  }
  return brief(tool);
}

/** For a person: files of the folder where the agent works by their short names. */
export function shortActivity(activity: string, cwd: string): string {
  return brief(activity.replaceAll(`${cwd}/`, ''), ACTIVITY_CHARACTERS);
}

/** One line, and not a long one. */
export function brief(text: string, limit = READ_CHARACTERS): string {
  // What is left out need not be read: a tool may be given a whole file.
  const start = text.slice(0, 8 * limit);
  const line = withoutSequences(start)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > limit || start.length < text.length ? `${line.slice(0, limit - 1)}…` : line;
}
