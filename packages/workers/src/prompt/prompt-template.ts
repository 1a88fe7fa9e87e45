import { SAGE_PATHS } from '@sage/git';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import Mustache from 'mustache';
import { SettingError } from '../errors.ts';
import { isWithin } from '../process/user-path.ts';

/** The variables of a template, with their descriptions. Variables that a ticket lacks are empty. */
export const PROMPT_VARIABLES = {
  id: "the ticket's id",
  title: 'its title',
  type: 'its type',
  component: 'its component',
  description: 'its description',
  acceptance_criteria: 'a list, one per line',
  files: 'the files that it declares, one per line',
  documents: 'its documents that exist in the worktree, one per line',
  checks: 'commands that have to pass, one per line',
  dependencies: 'what it builds on, which is done and in the worktree, one per line',
  previous:
    'what went wrong before (an attempt that failed, conflicted or did not pass), or what a person says',
  worktree: 'the path of the worktree',
  protected_paths: 'paths that its work never contains, in one line',
} as const;

export type PromptVariable = keyof typeof PROMPT_VARIABLES;
export type PromptValues = Readonly<Record<PromptVariable, string>>;

export interface PromptTemplate {
  readonly text: string;
}

/** The project's own template, used if none is configured. */
const OWN_TEMPLATE = SAGE_PATHS.prompt;

const TAGS = {
  '#': 'section',
  '^': 'section',
  name: 'value',
  '&': 'value',
  '!': 'comment',
  text: 'text',
} as const;

/**
 * A project's template: the configured file, otherwise `.sage/prompt.md`; undefined if there is neither.
 * @throws {SettingError} with the line of the fault.
 */
export async function readPromptTemplate(
  root: string,
  configured?: string,
): Promise<PromptTemplate | undefined> {
  const file = configured ?? OWN_TEMPLATE;
  let text: string;
  try {
    const path = join(root, file);
    // The repository must not expose the user's files to an agent, so links must not lead out of it.
    if (isWithin(path, root) && !isWithin(await realpath(path), await realpath(root)))
      throw new SettingError(
        'prompt',
        `prompt template ${file} is a link out of the repository: write a file there`,
      );
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof SettingError) throw error;
    if (configured === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SettingError(
      'prompt',
      `prompt template ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
  return parsePromptTemplate(text, file);
}

/** @throws {SettingError} */
export function parsePromptTemplate(text: string, file: string): PromptTemplate {
  const fail = (offset: number, what: string): never => {
    const line = text.slice(0, offset).split('\n').length;
    throw new SettingError('prompt', `${file}, line ${line}: ${what}`);
  };
  let spans: Spans;
  try {
    spans = Mustache.parse(text) as Spans;
  } catch (error) {
    const [, what = 'cannot be read', offset = '0'] = /^(.*) at (\d+)$/s.exec((error as Error).message) ?? [];
    return fail(
      Number(offset),
      `${what.toLowerCase()}: close each {{#name}} with {{/name}}, and each {{ with }}`,
    );
  }
  checkSpans(spans, fail);
  return { text };
}

type Spans = [type: string, name: string, start: number, end: number, inside?: Spans | string][];

function checkSpans(spans: Spans, fail: (offset: number, what: string) => never): void {
  for (const [type, name, start, , inside] of spans) {
    const tag = (TAGS as Partial<Record<string, string>>)[type];
    if (tag === undefined)
      fail(start, `{{${type}${name}}} is not known here: use {{name}}, {{#name}} and {{^name}}`);
    if ((tag === 'value' || tag === 'section') && !Object.hasOwn(PROMPT_VARIABLES, name)) {
      fail(start, `unknown variable {{${name}}}: known are ${Object.keys(PROMPT_VARIABLES).join(', ')}`);
    }
    if (tag === 'section' && Array.isArray(inside)) checkSpans(inside, fail);
  }
}

/** Values are plain text: anything in them that looks like a tag stays as it is. */
export function renderPrompt({ text }: PromptTemplate, values: PromptValues): string {
  return Mustache.render(text, values, undefined, { escape: String });
}
