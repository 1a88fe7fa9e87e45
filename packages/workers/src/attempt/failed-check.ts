import type { FailedCheck, WorkCheck } from '../request.ts';
import { type Judgement, shorten } from './outcome.ts';

/** Whether the agent gets the check's output and another turn. */
export function canBeFixed({ check, broken }: FailedCheck, round: number): boolean {
  return !broken && round <= check.retries;
}

export function judgeFailed({ check, reason, broken, output }: FailedCheck): Judgement {
  const lastLine = output.split('\n').at(-1);
  return {
    outcome: broken || check.otherwise === 'defer' ? 'deferred' : 'failed',
    category: broken ? 'validation_script_error' : check.category,
    reason: shorten(`${check.name} ${reason}${lastLine ? `: ${lastLine}` : ''}`),
  };
}

/** Lines for the log of the attempt. */
export function logLines({ check, reason, output }: FailedCheck): string {
  return `\n${label(check)} ${reason}\n${output}\n`;
}

function label({ name, command }: WorkCheck): string {
  return `${name} (${command})`;
}
