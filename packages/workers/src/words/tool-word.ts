import { activityOf, brief } from '../agents/activity.ts';
import { isObject, textIn } from '../agents/report.ts';
import type { Word } from './word.ts';

const RUNS = /^(?:bash|shell|run|run_shell_command|execute|command|terminal|exec)$/i;
const CHANGES =
  /^(?:edit|multiedit|write|notebookedit|write_file|replace|edit_file|apply_patch|patch|create|delete|move)$/i;
/** How much of a command is shown. */
const COMMAND_CHARACTERS = 1_000;
const RESULT_CHARACTERS = 300;

/** The use of a tool: its command, the file that it changed, or its name and purpose. */
export function toolWord(tool: string, input: unknown): Word {
  const activity = activityOf(tool, input);
  if (RUNS.test(tool)) return { kind: 'ran', text: commandOf(input) ?? activity };
  if (CHANGES.test(tool)) return { kind: 'changed', text: afterName(activity, tool) };
  return { kind: 'used', text: activity };
}

/** The output of a failed tool, cut at the start because its end says most. */
export function failedWord(text: string | undefined, name = 'it failed'): Word {
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '');
  return { kind: 'failed', text: brief(lines.slice(-2).join(' / '), RESULT_CHARACTERS) || name };
}

function commandOf(input: unknown): string | undefined {
  const words = isObject(input) && Array.isArray(input['command']) ? input['command'].join(' ') : undefined;
  const line = words ?? textIn(input, 'command') ?? textIn(input, 'cmd');
  return line === undefined ? undefined : brief(line, COMMAND_CHARACTERS);
}

function afterName(activity: string, tool: string): string {
  const rest = activity.slice(tool.length).replace(/^:?\s+/, '');
  return rest === '' ? activity : rest;
}
