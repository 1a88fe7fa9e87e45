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

/** Selects a backlog if a repository has several. */
export interface SourceChoice extends FormatOptions, GithubOptions {
  /** `sage`, or the name of a format. The default is the one that exists. */
  readonly source?: string;
}

const SAGE = 'sage';
const GITHUB = 'github';
/** Valid values of `source`. */
export const SOURCE_NAMES: readonly string[] = [SAGE, ...BACKLOG_FORMATS.map(({ name }) => name), GITHUB];

/**
 * Opens the backlog of a repository. Sage's own index takes precedence over those of other tools. `target` is the
 * full ref of the branch that results land on.
 * @throws {SourceError} if none is found, if there are two of other tools, or if the choice does not fit.
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
 * The tickets in the checkout, from the backlog that `openSource` would choose.
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
 * The ids of the tickets in the files of a checkout. Starts no program, so ids from a tool's store are those of its
 * last export.
 * @throws {SourceError}, {TicketIndexError}
 */
export async function ticketIds(root: string): Promise<string[]> {
  const format = await formatOf(root, undefined);
  const { tickets } = format
    ? format.read(await textsInCheckout(root, await pathsInCheckout(root, format.files)), {})
    : await readTicketIndex(join(root, SAGE_INDEX));
  return tickets.map(({ id }) => id);
}

/** Paths of a tool's store, which agents must not change. */
const TOOL_PATHS = ['.beads'];

interface Chosen {
  /** Set for a backlog outside the repository. */
  readonly tool?: BacklogTool;
  /** Set for a backlog in another tool's files. Neither is set for Sage's own index. */
  readonly format?: BacklogFormat;
}

/** `branch` is searched in addition to the checkout. The network is used only for an explicitly named source. */
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

/** Undefined for Sage's own index. `isInBranch` searches a branch in addition to the checkout. */
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
  // If there is none at all, reading the index fails with advice on how to create one.
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

/** The names of other tools' backlogs in the checkout. */
export async function otherBacklogs({ root }: Repository): Promise<readonly string[]> {
  const isThere = async (patterns: readonly string[]) => (await pathsInCheckout(root, patterns)).length > 0;
  return (await foundFormats(root, isThere)).map(({ name }) => name);
}

/** Folders of other tools, with the missing backlog and how to create it. */
const BEGUN: readonly (readonly [folder: string, missing: string, way: string])[] = [
  ['.taskmaster', '.taskmaster/tasks/tasks.json', 'task-master parse-prd makes it'],
  ['.beads', '.beads/issues.jsonl or a store of bd', 'bd init and bd create make one'],
  ['.specify', 'specs/*/tasks.md', '/speckit.tasks makes them'],
  ['openspec', 'openspec/changes/*/tasks.md', '/openspec:proposal makes them'],
];

/** @throws {SourceError} if another tool has been set up but has no backlog yet. */
async function assertNothingBegun(root: string): Promise<void> {
  for (const [folder, missing, way] of BEGUN) {
    if (!existsSync(join(root, folder))) continue;
    throw new SourceError(
      `there is ${folder}/, but no ${missing}: ${way}; or begin with an index of Sage's own: sage init`,
    );
  }
}
