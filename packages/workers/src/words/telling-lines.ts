import { brief } from '../agents/activity.ts';
import { withoutResult } from '../attempt/last-word.ts';
import { agentWords } from './agent-words.ts';

const LINES = 2;
const LINE_CHARACTERS = 200;

/** The last one or two informative lines of an output, in words. Lines already contained in `reason` are left out. */
export function tellingLines(output: readonly string[], reason = ''): string[] {
  const told: string[] = [];
  for (const line of output.toReversed()) {
    const said = agentWords(line).flatMap(({ kind, text }) =>
      kind === 'ran' || kind === 'used' || kind === 'changed' ? [`(${kind} ${text})`] : text.split('\n'),
    );
    for (const each of said.toReversed()) {
      const text = brief(withoutResult(each), LINE_CHARACTERS);
      // A line of frames and rulers says nothing.
      if (!/[\p{L}\p{N}]/u.test(text) || reason.includes(text) || told.includes(text)) continue;
      told.unshift(text);
      if (told.length === LINES) return told;
    }
  }
  return told;
}
