import { join } from 'node:path';
import { PinnedSettings, type Repository, SAGE_PATHS, worktreeDirectory } from '@sage/git';
import type { Agent } from './agents/agent.ts';
import type { AgentRun } from './agents/agent-run.ts';
import { runAttempt, worktreeHolder } from './attempt/attempt.ts';
import { attemptPath, OUTPUT_FILE } from './attempt/attempt-files.ts';
import type { AgentLimits, WorkerContext } from './attempt/worker-context.ts';
import { type CheckRequest, type CheckResult, runCheck } from './attempt/check.ts';
import { controlGroupsOf } from './process/control-group.ts';
import { passwordsInAddresses } from './process/allowed-environment.ts';
import type { CommandLimits } from './process/command-run.ts';
import { endProcesses, GRACE_MS, processMark } from './process/end-processes.ts';
import { outputTail } from './process/output-tail.ts';
import type { PromptTemplate } from './prompt/prompt-template.ts';
import type { AgentSelection, AttemptResult, WorkRequest } from './request.ts';
import { WorkerError } from './errors.ts';
import type { WorktreeSettings } from './worktree/worktree-settings.ts';
import { type KeptAs, KeptRefs } from './worktree/kept-refs.ts';
import { SettingsWatch } from './worktree/settings-watch.ts';
import type { SandboxSettings } from './sandbox/sandbox-settings.ts';
import { Masker, secretValues } from './process/secrets.ts';
import { Worktrees } from './worktree/worktrees.ts';

export interface WorkersOptions extends Pick<CommandLimits, 'timeout' | 'idleTimeout'> {
  readonly repository: Repository;
  /** The repository's git configuration; read now by default. */
  readonly pinnedSettings?: PinnedSettings;
  readonly agent: Agent;
  /** The agent for a request that selects one. Rejects if that agent cannot work here. */
  readonly agentFor?: (selection: AgentSelection) => Promise<Agent>;
  /** Paths of the repository that agents' work never changes, such as the ticket index. */
  readonly protectedPaths?: readonly string[];
  readonly worktrees?: WorktreeSettings;
  /** A sandbox for agents, and for commands that an agent may have written; see `assertSandbox`. */
  readonly sandbox?: SandboxSettings;
  /** The caller's environment; `process.env` by default. */
  readonly variables?: NodeJS.ProcessEnv;
  /** Names of additional variables that agents and checks see; `*` matches any text. */
  readonly environment?: readonly string[];
  /** Shell lines that agents may run without asking. A trailing ` *` allows any arguments. */
  readonly allow?: readonly string[];
  /** Limits for an agent; see `DEFAULT_LIMITS`. */
  readonly limits?: AgentLimits;
  /** Receives messages for the person. */
  readonly onNotice?: (text: string) => void;
  /** Names of variables whose values are masked in all kept files and in all results. */
  readonly secrets?: readonly string[];
  /** The template of the prompt; Sage's own by default. */
  readonly template?: PromptTemplate;
}

/** Identifies an attempt. */
export interface AttemptName {
  readonly run: string;
  readonly ticket: string;
  readonly attempt: number;
}

/** Runs tickets, each in a separate repository, and keeps the results. */
export interface Workers {
  /** Whether git may have to fetch missing objects from a remote. */
  readonly partialClone: boolean;
  /** @throws {WorkerError} if a worktree could not be made, or its content could not be read. */
  run(request: WorkRequest, run?: AgentRun): Promise<AttemptResult>;
  /** What a running attempt of a ticket has changed so far, as an unreferenced commit. */
  preview(ticket: string): Promise<string | undefined>;
  /** Runs a command on exactly this commit, in a separate worktree. */
  check(request: CheckRequest): Promise<CheckResult>;
  /** Pins a commit under the name of its ticket. Returns the ref. */
  keep(ticket: string, commit: string, as: KeptAs): Promise<string>;
  /** Removes `refs/sage/deferred/<ticket>` and `refs/sage/interrupted/<ticket>`, if they exist. */
  forgetKept(ticket: string): Promise<void>;
  /** Path of the file with an agent's output, relative to the top of the repository. */
  logOf(attempt: AttemptName): string;
  /** The last lines of an agent's output; empty if there is no such file. `log` is a path from `logOf`. */
  outputTail(log: string): Promise<string[]>;
  /** Ends processes left by a killed coordinator of this run, and keeps the contents of their worktrees. */
  recover(run: string, cutOff: readonly CutOffAttempt[]): Promise<{ ended: number; kept: string[] }>;
  /** The user's git hooks and settings that have changed since the last call. Sage does not use the new versions. */
  changedSettings(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface CutOffAttempt {
  readonly ticket: string;
  readonly base: string;
  readonly message: string;
  /** If it was sent to another machine: the number of the attempt, and of its result. */
  readonly attempt?: number | undefined;
  readonly fence?: number | undefined;
}

/** An agent that exceeds one of these is out of control: bytes of output, processes, bytes in its worktree. */
export const DEFAULT_LIMITS = { maxOutput: 2 ** 30, maxProcesses: 2000, maxDisk: 20 * 2 ** 30 } as const;

export async function openWorkers(options: WorkersOptions): Promise<Workers> {
  const { repository } = options;
  const settings = options.worktrees ?? {};
  const variables = options.variables ?? process.env;
  const passwords = passwordsInAddresses(variables);
  const masker = new Masker([...secretValues(options.secrets ?? [], variables), ...passwords]);
  const worktrees = await Worktrees.open({
    repository,
    settings: options.pinnedSettings ?? (await PinnedSettings.of(repository)),
    directory: worktreeDirectory(repository.root, settings.directory, variables),
    onNotice: options.onNotice,
    protectedPaths: [...(options.protectedPaths ?? []), ...(settings.copy ?? [])],
    keepIgnored: settings.keepIgnored ?? false,
  });
  const context = (run: string): WorkerContext => ({
    repository,
    worktrees,
    protectedPaths: options.protectedPaths ?? [],
    settings,
    variables,
    allowed: options.environment ?? [],
    commands: options.allow ?? [],
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    masker,
    sandbox: options.sandbox,
    runDirectory: join(repository.root, SAGE_PATHS.runs, run),
    timeout: options.timeout,
  });

  const watch = await SettingsWatch.open(repository);
  const runs = new Set<string>();
  let workerCount = 1;

  const kept = new KeptRefs(repository);

  return {
    partialClone: worktrees.partial,
    keep: (ticket, commit, as) => kept.keep(ticket, commit, as),
    preview: (ticket) => worktrees.preview(worktreeHolder(ticket)),
    forgetKept: (ticket) => kept.forget(ticket),
    logOf: ({ run, ticket, attempt }) =>
      join(SAGE_PATHS.runs, run, attemptPath(ticket, attempt), OUTPUT_FILE),
    outputTail: (log) => outputTail(join(repository.root, log)).catch(() => []),
    async run(request, run = {}) {
      runs.add(request.run);
      workerCount = Math.max(workerCount, request.worker);
      try {
        const { template, idleTimeout, agentFor } = options;
        const { selection } = request;
        const agent = selection && agentFor ? await agentFor(selection) : options.agent;
        const result = await runAttempt(
          request,
          { ...context(request.run), agent, template, idleTimeout, workers: () => workerCount },
          masked(run, masker),
        );
        // Sage continues to use this path, so it must not be masked.
        return { ...masker.json(result), outputFile: result.outputFile };
      } catch (cause) {
        throw new WorkerError(request.ticket.id, `worker ${request.worker} failed: ${firstLine(cause)}`, {
          cause,
        });
      }
    },
    check: async (request) => masker.json(await runCheck(request, context(request.run))),
    async recover(run, cutOff) {
      const ended = await endRun(run);
      await worktrees.pins.adopt();
      const refs: string[] = [];
      for (const { ticket, base, message } of cutOff) {
        const commit = await worktrees.salvage(worktreeHolder(ticket), base, message);
        if (commit !== undefined) refs.push(await kept.keep(ticket, commit, 'interrupted'));
      }
      await worktrees.removeAll({ keepSessions: true });
      return { ended: ended.length, kept: refs };
    },
    changedSettings: () => watch.changes(),
    async close() {
      // Also ends processes that an attempt started while it was being ended.
      for (const run of runs) await endRun(run);
      await worktrees.close();
    },
  };
}

/** Masks secrets in the reports of running agents too. */
function masked(run: AgentRun, masker: Masker): AgentRun {
  const { onReport } = run;
  return onReport ? { ...run, onReport: (report) => onReport(masker.json(report)) } : run;
}

/** Ends everything that a run has started on this machine, and removes its control groups. Returns the pids found. */
export async function endRun(run: string): Promise<number[]> {
  const groups = await controlGroupsOf(run);
  const ended = await endProcesses(processMark(run), { grace: GRACE_MS, groups });
  for (const group of groups) await group.remove();
  return ended;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
