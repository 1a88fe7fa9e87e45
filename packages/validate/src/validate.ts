import { worktreeDirectory } from '@sage/git';
import { usableCores } from '@sage/scheduler';
import { parseRawTicketIndex, readTicketText, TicketIndexError } from '@sage/tickets';
import type { RawTicketIndex } from '@sage/tickets';
import { CannotCheckError } from './errors.ts';
import { inQuotes } from './finding.ts';
import type { Finding } from './finding.ts';
import { parallelisationOf, unplanned } from './parallelisation.ts';
import type { AgentProgram } from './prerequisites/agent.ts';
import type { Sandbox } from './prerequisites/sandbox.ts';
import type { Check, ValidationReport } from './report.ts';
import { CHECK_NAMES, SECTIONS } from './sections.ts';
import type { Section } from './sections.ts';
import { indexUnderTest } from './index-under-test.ts';

export interface ValidateOptions {
  /** Top of the repository. */
  readonly root: string;
  /** Path of the ticket index. Or a backlog of another format as an index, or the error from reading it. */
  readonly index: string | RawTicketIndex | TicketIndexError;
  /** Oddities of a backlog in another format, one line each. */
  readonly warnings?: readonly string[];
  /** Warnings count as failures. */
  readonly strict?: boolean;
  /** Names from {@link CHECK_NAMES}; all sections by default. */
  readonly checks?: readonly string[];
  /** Cores of the machine; by default those that this process may use. */
  readonly cores?: number;
  /** The directory for worktrees; by default below the user's cache folder. */
  readonly worktrees?: string;
  readonly agent?: AgentProgram;
  /** Results of setup and verify on the base commit, if they were tried. */
  readonly baseline?: { readonly fault?: string };
  /** Checked only if it is given. */
  readonly sandbox?: Sandbox;
  /** The most workers that a run would have. Without it, the recommendation goes up to 8. */
  readonly workers?: number;
  /** How many tickets of each component may run at the same time. */
  readonly componentLimits?: Readonly<Record<string, number>>;
}

/**
 * Checks a ticket index, and what a parallel run of it needs. Faults are in the report and are not thrown; an index
 * that is not JSON gives a report with only that fault. Probes write to `.sage` and to the worktrees' folder, and
 * leave nothing behind.
 * @throws {CannotCheckError} if there is no index to read, or `checks` contains an unknown name.
 */
export async function validate(options: ValidateOptions): Promise<ValidationReport> {
  const { root, strict = false, agent, sandbox, workers } = options;
  const isSages = typeof options.index === 'string';
  const sections = selectSections(options.checks).filter(
    ({ section }) => isSages || !CONVENTIONS.has(section),
  );
  const read = typeof options.index === 'string' ? await readIndex(options.index) : options.index;
  if (read instanceof TicketIndexError) {
    const failure: Finding = {
      id: `json.${read.code}`,
      status: 'fail',
      message: read.message,
      tickets: [],
    };
    const parallel = unplanned(0, 'No plan can be made before the index can be read.');
    return { v: 1, ok: false, checks: [{ section: 1, ...failure }], cycles: [], parallel };
  }
  const index = indexUnderTest(root, read);
  const limits = new Map(Object.entries(options.componentLimits ?? {}));
  const potential = parallelisationOf(index, workers, limits);
  const surroundings = {
    root,
    worktrees: worktreeDirectory(root, options.worktrees),
    agent,
    sandbox,
    baseline: options.baseline,
    cores: options.cores ?? usableCores(),
    workers: workers ?? potential.recommendedWorkers,
    path: process.env['PATH'] ?? '',
  };
  const checks: Check[] = (options.warnings ?? []).map((message) => {
    return { section: 1, id: 'source.odd', status: 'warn', message, tickets: [] };
  });
  for (const section of sections) {
    const findings = await section.run(index, surroundings, potential);
    checks.push(
      ...(findings.length > 0 ? findings : [passed(section)]).map((finding) => ({
        section: section.section,
        ...finding,
      })),
    );
  }
  const ok = checks.every(({ status }) => status === 'pass' || (status === 'warn' && !strict));
  return { v: 1, ok, checks, cycles: index.cycles, parallel: potential };
}

function selectSections(names: readonly string[] | undefined): readonly Section[] {
  const unknown = names?.find((name) => !CHECK_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new CannotCheckError(
      'UNKNOWN_CHECK',
      `${inQuotes(unknown)} is not a check: use ${CHECK_NAMES.join(', ')}.`,
    );
  }
  return SECTIONS.filter(({ name, group }) => !names || names.includes(name) || names.includes(group));
}

/** Sections about conventions that only Sage's own index has: ids, files of tickets, types. */
const CONVENTIONS: ReadonlySet<number> = new Set([4, 9, 11, 12]);

async function readIndex(file: string): Promise<RawTicketIndex | TicketIndexError> {
  try {
    return parseRawTicketIndex(await readTicketText(file), file);
  } catch (error) {
    if (!(error instanceof TicketIndexError)) throw error;
    if (error.code === 'NOT_FOUND') throw new CannotCheckError('NO_INDEX', error.message, error);
    if (error.code === 'UNREADABLE') throw new CannotCheckError('UNREADABLE', error.message, error);
    return error;
  }
}

function passed({ name, passMessage }: Section): Finding {
  return { id: name, status: 'pass', message: passMessage, tickets: [] };
}
