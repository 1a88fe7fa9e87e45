import type { Line } from '../lines.ts';

/** The contents of the text below the front matter. */
export interface TaskBody {
  readonly description: string;
  readonly acceptanceCriteria: readonly string[];
}

/** Sections of check boxes that the work has to satisfy. */
const CRITERIA = /^(?:acceptance criteria|definition of done)\b/i;

export function readBody(lines: readonly Line[]): TaskBody {
  const description: string[] = [];
  const acceptanceCriteria: string[] = [];
  let inCriteria = false;
  for (const { text } of lines) {
    const heading = /^##\s+(.*)$/.exec(text)?.[1];
    if (heading !== undefined) inCriteria = CRITERIA.test(heading);
    const criterion = inCriteria ? /^\s*[-*]\s+\[[ xX]\]\s+(?:#\d+\s+)?(.*)$/.exec(text)?.[1] : undefined;
    if (criterion !== undefined) acceptanceCriteria.push(criterion.trim());
    // Section markers and the heading of the description belong to the tool.
    else if (
      /^\s*<!--.*-->\s*$/.test(text) ||
      heading === 'Description' ||
      (heading !== undefined && inCriteria)
    )
      continue;
    else description.push(text);
  }
  return {
    description: description
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim(),
    acceptanceCriteria,
  };
}
