import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '@sage/git';
import {
  BACKLOG_FORMATS,
  type BacklogFormat,
  type FormatOptions,
  readTicketIndex,
  SAGE_INDEX,
} from '@sage/tickets';
import { SourceError } from '../errors.ts';
import type { SourceContent, TicketSource } from '../ports.ts';
import { FormatSource } from './format-source.ts';
import { didYouMean } from './nearest-name.ts';
import { SageSource } from './sage-source.ts';
import { bdTool, hasDoltStore } from './tools/bd.ts';
import { type GithubOptions, githubTool } from './tools/github.ts';
import { type BacklogTool, ToolSource } from './tools/tool-source.ts';
import { pathsInBranch, pathsInCheckout, textsInCheckout } from './source-files.ts';

/** Which backlog is meant, where a repository has several. */
export interface SourceChoice extends FormatOptions, GithubOptions {
  /** `sage`, or the name of a format; by default the one that is there. */
  readonly source?: string;
}

const SAGE = 'sage';
const GITHUB = 'github';
/** What `source` may be. */
export const SOURCE_NAMES: readonly string[] = [SAGE, ...BACKLOG_FORMATS.map(({ name }) => name), GITHUB];

/**
 * The backlog of a repository. Sage's own index comes before those of other tools. `target`: full ref of the branch that
 * results land on.
 * @throws {SourceError} where none is found, or two of other tools, or the choice does not fit.
 */
export async function openSource(
  repository: Repository,
  target: string,
  choice: SourceChoice = {},
): Promise<TicketSource> {
  const { tool, format } = await choose(repository, target, choice);
  if (tool) return new ToolSource(tool, TOOL_PATHS);
  return format ? new FormatSource(repository, target, format, choice) : new SageSource(repository, target);
}

/** The name of the backlog that `readCheckedOut` reads. */
export async function checkedOutSource(
  repository: Repository,
  { source }: SourceChoice = {},
): Promise<string> {
  if (source === GITHUB) return GITHUB;
  return (await formatOf(repository.root, source))?.name ?? SAGE;
}

/**
 * The tickets that are checked out, as `openSource` would choose them.
 * @throws {SourceError}, {TicketIndexError}
 */
export async function readCheckedOut(
  repository: Repository,
  choice: SourceChoice = {},
): Promise<SourceContent> {
  const { root } = repository;
  const { tool, format } = await choose(repository, undefined, choice);
  if (tool) return tool.read();
  if (format) {
    const texts = await textsInCheckout(root, await pathsInCheckout(root, format.files));
    return { file: [...texts.keys()][0] ?? format.name, ...format.read(texts, choice) };
  }
  const { tickets } = await readTicketIndex(join(root, SAGE_INDEX));
  return { file: SAGE_INDEX, tickets };
}

/**
 * The ids of the tickets in the files of a checkout. No program is started: those in a store of a tool are as it has
 * exported them last.
 * @throws {SourceError}, {TicketIndexError}
 */
export async function ticketIds(root: string): Promise<string[]> {
  const format = await formatOf(root, undefined);
  const { tickets } = format
    ? format.read(await textsInCheckout(root, await pathsInCheckout(root, format.files)), {})
    : await readTicketIndex(join(root, SAGE_INDEX));
  return tickets.map(({ id }) => id);
}

/** Paths of a tool's store, which agents leave alone. */
const TOOL_PATHS = ['.beads'];

interface Chosen {
  /** Where the backlog is kept outside of the repository. */
  readonly tool?: BacklogTool;
  /** Where it is in files of another tool; neither for the index of Sage. */
  readonly format?: BacklogFormat;
}

/** `branch`: where to look besides the checkout. Only a name that is said leads to a network. */
async function choose(
  repository: Repository,
  branch: string | undefined,
  { source, ...options }: SourceChoice,
): Promise<Chosen> {
  const { root } = repository;
  const { label, milestone, tag, unit, short } = options;
  if (source === GITHUB) {
    assertNone('issues of GitHub have', { tag, unit, short });
    return { tool: githubTool(root, options) };
  }
  const format = await formatOf(
    root,
    source,
    async (patterns) =>
      branch !== undefined && (await pathsInBranch(repository, branch, patterns)).length > 0,
  );
  assertNone(`${format?.name ?? 'the ticket index of Sage'} has`, {
    label,
    milestone,
    ...(!format && { tag, unit, short }),
  });
  const isInStore = format?.name === 'beads' && hasDoltStore(root);
  if (isInStore) return { tool: bdTool(root, options) };
  return format ? { format } : {};
}

/** @throws {SourceError} */
function assertNone(what: string, options: Readonly<Record<string, string | undefined>>): void {
  for (const [flag, value] of Object.entries(options))
    if (value !== undefined) throw new SourceError(`--${flag} ${value}: ${what} none: leave it out`);
}

/** undefined for the index of Sage. `isInBranch`: where to look besides the checkout. */
async function formatOf(
  root: string,
  source: string | undefined,
  isInBranch: (patterns: readonly string[]) => Promise<boolean> = async () => false,
): Promise<BacklogFormat | undefined> {
  if (source !== undefined && !SOURCE_NAMES.includes(source))
    throw new SourceError(
      `--source ${source}: no such format${didYouMean(source, SOURCE_NAMES)}; known: ${SOURCE_NAMES.join(', ')}`,
    );
  if (source !== undefined) return BACKLOG_FORMATS.find(({ name }) => name === source);
  const isThere = async (patterns: readonly string[]): Promise<boolean> =>
    (await pathsInCheckout(root, patterns)).length > 0 || (await isInBranch(patterns));
  if (await isThere([SAGE_INDEX])) return undefined;
  const found = await foundFormats(root, isThere);
  if (found.length > 1) {
    const list = found.map(({ name }) => name).join(' and ');
    throw new SourceError(`there are backlogs of ${list}: choose one with --source ${found[0]?.name}`);
  }
  // Without any, what reads the index says how to make one.
  if (found.length === 0) await assertNothingBegun(root);
  return found[0];
}

async function foundFormats(
  root: string,
  isThere: (patterns: readonly string[]) => Promise<boolean>,
): Promise<BacklogFormat[]> {
  const found: BacklogFormat[] = [];
  for (const format of BACKLOG_FORMATS) {
    const hasStore = format.name === 'beads' && hasDoltStore(root);
    if (hasStore || (await isThere(format.foundBy))) found.push(format);
  }
  return found;
}

/** The backlogs of other tools in the checkout, by name. */
export async function otherBacklogs({ root }: Repository): Promise<readonly string[]> {
  const isThere = async (patterns: readonly string[]) => (await pathsInCheckout(root, patterns)).length > 0;
  return (await foundFormats(root, isThere)).map(({ name }) => name);
}

/** Folders of other tools, and what makes the backlog in them. */
const BEGUN: readonly (readonly [folder: string, missing: string, way: string])[] = [
  ['.taskmaster', '.taskmaster/tasks/tasks.json', 'task-master parse-prd makes it'],
  ['.beads', '.beads/issues.jsonl or a store of bd', 'bd init and bd create make one'],
  ['.specify', 'specs/*/tasks.md', '/speckit.tasks makes them'],
  ['openspec', 'openspec/changes/*/tasks.md', '/openspec:proposal makes them'],
];

/** @throws {SourceError} where another tool has been set up, and has no backlog yet. */
async function assertNothingBegun(root: string): Promise<void> {
  for (const [folder, missing, way] of BEGUN) {
    if (!existsSync(join(root, folder))) continue;
    throw new SourceError(
      `there is ${folder}/, but no ${missing}: ${way}; or begin with an index of Sage's own: sage init`,
    );
  }
}
