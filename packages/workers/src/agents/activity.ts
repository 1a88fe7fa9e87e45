import { withoutSequences } from '../process/control-sequences.ts';
import { isObject, textIn } from './report.ts';

/**
 * The limit for stored activities. Their paths may be absolute, so they are cut to `ACTIVITY_CHARACTERS` only when
 * shown.
 */
const READ_CHARACTERS = 1_000;
const ACTIVITY_CHARACTERS = 120;

/** The most informative members of a tool's input, each with the separator between the tool's name and the value. */
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

/** Describes the use of a tool in a few words: `Edit src/app.ts`, `Bash: npm test`. */
export function activityOf(tool: string, input?: unknown): string {
  const line = isObject(input) && Array.isArray(input['command']) ? input['command'].join(' ') : undefined;
  if (line !== undefined) return brief(`${tool}: ${line}`);
  for (const [key, separator] of TELLING) {
    const value = textIn(input, key);
    if (value !== undefined && value !== '') return brief(`${tool}${separator}${value}`);
  }
  return brief(tool);
}

/** Shortens an activity for people: paths become relative to the agent's working directory. */
export function shortActivity(activity: string, cwd: string): string {
  return brief(activity.replaceAll(`${cwd}/`, ''), ACTIVITY_CHARACTERS);
}

/** The text on a single line, cut to a limit. */
export function brief(text: string, limit = READ_CHARACTERS): string {
  // Long inputs are cut before they are processed: a tool may be given a whole file.
  const start = text.slice(0, 8 * limit);
  const line = withoutSequences(start)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > limit || start.length < text.length ? `${line.slice(0, limit - 1)}…` : line;
}
