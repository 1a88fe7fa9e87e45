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
  /** What its configuration of git says; read now by default. */
  readonly pinnedSettings?: PinnedSettings;
  readonly agent: Agent;
  /** The agent of a request that chooses one. Rejects for one that cannot work here. */
  readonly agentFor?: (selection: AgentSelection) => Promise<Agent>;
  /** Paths of the repository that agents' work never changes, such as the ticket index. */
  readonly protectedPaths?: readonly string[];
  readonly worktrees?: WorktreeSettings;
  /** Commands that an agent wrote, and the agent, run in it; see `assertSandbox`. */
  readonly sandbox?: SandboxSettings;
  /** The caller's environment; `process.env` by default. */
  readonly variables?: NodeJS.ProcessEnv;
  /** Names of variables that agents and checks see besides those that all do; `*` is any text. */
  readonly environment?: readonly string[];
  /** Shell lines that agents may run without asking; one that ends with ` *` allows anything after it. */
  readonly allow?: readonly string[];
  /** What an agent may use; see `DEFAULT_LIMITS`. */
  readonly limits?: AgentLimits;
  /** Takes lines for the person. */
  readonly onNotice?: (text: string) => void;
  /** Names of variables whose values appear in no file that is kept, and in no result. */
  readonly secrets?: readonly string[];
  /** Of the prompt; Sage's own by default. */
  readonly template?: PromptTemplate;
}

/** Names an attempt. */
export interface AttemptName {
  readonly run: string;
  readonly ticket: string;
  readonly attempt: number;
}

/** Runs tickets, each in a repository of its own, and keeps what they leave. */
export interface Workers {
  /** Whether git has to fetch objects that are missing from a remote. */
  readonly partialClone: boolean;
  /** @throws {WorkerError} where no worktree could be made or its content could not be read. */
  run(request: WorkRequest, run?: AgentRun): Promise<AttemptResult>;
  /** What a running attempt of a ticket has changed until now, as a commit that no ref leads to. */
  preview(ticket: string): Promise<string | undefined>;
  /** Runs a command on exactly this commit, in a worktree of its own. */
  check(request: CheckRequest): Promise<CheckResult>;
  /** Pins a commit by the name of its ticket. Returns the ref. */
  keep(ticket: string, commit: string, as: KeptAs): Promise<string>;
  /** Removes `refs/sage/deferred/<ticket>` and `refs/sage/interrupted/<ticket>`, where they exist. */
  forgetKept(ticket: string): Promise<void>;
  /** Path of the file that an agent's output goes to, relative to the top of the repository. */
  logOf(attempt: AttemptName): string;
  /** The last lines of an agent's output; none if there is no such file. `log` as from `logOf`. */
  outputTail(log: string): Promise<string[]>;
  /** Ends the processes that a killed coordinator of this run left, and keeps what their worktrees hold. */
  recover(run: string, cutOff: readonly CutOffAttempt[]): Promise<{ ended: number; kept: string[] }>;
  /** The user's hooks and settings of git that changed since they were last asked for; Sage does not use them. */
  changedSettings(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface CutOffAttempt {
  readonly ticket: string;
  readonly base: string;
  readonly message: string;
  /** Where it was given to another machine: its number, and that of its result. */
  readonly attempt?: number | undefined;
  readonly fence?: number | undefined;
}

/** An agent that passes one of these has gone wild: bytes of output, processes, bytes in its worktree. */
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
        // A path that Sage continues to use is its own.
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
      // What an attempt forked while it was being ended, if anything.
      for (const run of runs) await endRun(run);
      await worktrees.close();
    },
  };
}

/** Reports while an agent works contain no secret either. */
function masked(run: AgentRun, masker: Masker): AgentRun {
  const { onReport } = run;
  return onReport ? { ...run, onReport: (report) => onReport(masker.json(report)) } : run;
}

/** Ends whatever a run has started on this machine and removes its control groups. Returns the pids that were found. */
export async function endRun(run: string): Promise<number[]> {
  const groups = await controlGroupsOf(run);
  const ended = await endProcesses(processMark(run), { grace: GRACE_MS, groups });
  for (const group of groups) await group.remove();
  return ended;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
