import { join } from 'node:path';
import { encodeRefComponent, fetchCommit, type Repository, resolveCommit, updateRefs } from '@sage/git';
import { processMark } from './agent-environment.ts';
import type { Agent } from './agents/agent.ts';
import type { PermissionRequest } from './agents/permission.ts';
import type { AgentReport } from './agents/report.ts';
import { runAttempt, worktreeHolder } from './attempt.ts';
import { type CheckRequest, runCheck } from './check.ts';
import { controlGroupsOf } from './control-group.ts';
import { endProcesses } from './end-processes.ts';
import type { PromptTemplate } from './prompt-template.ts';
import type { AttemptResult, WorkRequest } from './request.ts';
import { WorkerError } from './errors.ts';
import type { WorktreeSettings } from './worktree-settings.ts';
import { SettingsWatch } from './settings-watch.ts';
import type { SandboxSettings } from './sandbox.ts';
import { Masker, secretValues } from './secrets.ts';
import { Worktrees } from './worktrees.ts';

export interface WorkersOptions {
  readonly repository: Repository;
  readonly agent: Agent;
  /** Paths of the repository that agents' work never changes, such as the ticket index. */
  readonly protectedPaths?: readonly string[];
  /** Wall-clock limit of one attempt in milliseconds. */
  readonly timeout: number;
  /** Limit of time without any output of an agent, in milliseconds; none where it is missing. */
  readonly idleTimeout?: number | undefined;
  readonly worktrees?: WorktreeSettings | undefined;
  /** Commands that an agent wrote, and the agent, run in it; see `assertSandbox`. */
  readonly sandbox?: SandboxSettings | undefined;
  /** Variables of this process that agents and checks see besides those that all do; `*` is any text. */
  readonly environment?: readonly string[] | undefined;
  /** Variables of this process whose values appear in no file that is kept, and in no result. */
  readonly secrets?: readonly string[] | undefined;
  /** Of the prompt; Sage's own where it is missing. */
  readonly template?: PromptTemplate | undefined;
}

/** Why work is kept that did not land: `refs/sage/deferred/<ticket>`, `refs/sage/interrupted/<ticket>`. */
export type KeptAs = 'deferred' | 'interrupted';

export interface RunOptions {
  /** Aborted: the agent is ended, with grace; what it left is still collected. */
  readonly signal?: AbortSignal;
  /** Aborted: without grace. */
  readonly hurry?: AbortSignal;
  /** Called when the agent runs. */
  readonly onAgentStarted?: () => void;
  /** Awaited when the agent and all that it started have ended, before its work is collected: the worker is free. */
  readonly beforeCollecting?: (exitCode: number | null) => Promise<void>;
  /** The agent has printed nothing for so many seconds; 0 where it prints again. */
  readonly onQuiet?: (seconds: number) => void;
  /** Asks a person whether an agent may do something, instead of the agent's policy. */
  readonly onPermission?: ((request: PermissionRequest) => Promise<boolean>) | undefined;
  /** What the agent has told so far, whenever there is more. */
  readonly onReport?: ((report: AgentReport) => void) | undefined;
}

/** Runs tickets, each in a worktree of its own, and keeps what they leave. */
export interface Workers {
  /** Where finished work is fetched from, by commit id; undefined where it is in the user's repository already. */
  readonly workRepository: string | undefined;
  /** @throws WorkerError where no worktree could be made or its content could not be read. */
  run(request: WorkRequest, options?: RunOptions): Promise<AttemptResult>;
  /** What a running attempt of a ticket has changed until now, as a commit of the workers' repository. */
  preview(ticket: string): Promise<string | undefined>;
  /** Runs a command on exactly this commit, in a worktree of its own. */
  check(request: CheckRequest): Promise<{ ok: boolean; output: string }>;
  /** Pins a commit of the workers' repository in the user's. Returns the ref. */
  keep(ticket: string, commit: string, as: KeptAs): Promise<string>;
  /** Ends the processes that a killed coordinator of this run left, and keeps what their worktrees hold. */
  recover(run: string, cutOff: readonly CutOffAttempt[]): Promise<{ ended: number; kept: string[] }>;
  /** The user's hooks and settings of git that changed since they were last asked for; Sage does not obey them. */
  changedSettings(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface CutOffAttempt {
  readonly ticket: string;
  readonly base: string;
  readonly message: string;
}

export async function openWorkers(options: WorkersOptions): Promise<Workers> {
  const { repository } = options;
  const settings = options.worktrees ?? {};
  const environment = options.environment ?? [];
  const masker = new Masker(secretValues(options.secrets ?? [], process.env));
  const worktrees = await Worktrees.open({
    repository,
    protectedPaths: [...(options.protectedPaths ?? []), ...(settings.copy ?? [])],
    keepIgnored: settings.keepIgnored ?? false,
  });
  const shared = (run: string) => ({
    root: repository.root,
    worktrees,
    settings,
    environment,
    masker,
    sandbox: options.sandbox,
    runDirectory: join(repository.root, '.sage/runs', run),
    timeout: options.timeout,
  });

  const watch = await SettingsWatch.open(repository);
  const runs = new Set<string>();

  const keep = async (ticket: string, commit: string, as: KeptAs): Promise<string> => {
    const ref = `refs/sage/${as}/${encodeRefComponent(ticket)}`;
    // Work that was queued is in the user's repository already.
    const source = worktrees.workRepository;
    if (source !== undefined && !(await resolveCommit(repository, commit)))
      await fetchCommit(repository, source, commit);
    await updateRefs(repository, [{ ref, old: undefined, new: commit }]);
    return ref;
  };

  return {
    workRepository: worktrees.workRepository,
    keep,
    preview: (ticket) => worktrees.preview(worktreeHolder(ticket)),
    async run(request, hooks = {}) {
      runs.add(request.run);
      try {
        return await runAttempt(request, {
          ...shared(request.run),
          agent: options.agent,
          template: options.template,
          idleTimeout: options.idleTimeout,
          ...hooks,
        });
      } catch (cause) {
        throw new WorkerError(request.ticket.id, `worker ${request.worker} failed: ${firstLine(cause)}`, {
          cause,
        });
      }
    },
    check: (request) => runCheck(request, shared(request.run)),
    async recover(run, cutOff) {
      const ended = await endRun(run);
      const kept: string[] = [];
      for (const { ticket, base, message } of cutOff) {
        const commit = await worktrees.salvage(worktreeHolder(ticket), base, message);
        if (commit !== undefined) kept.push(await keep(ticket, commit, 'interrupted'));
      }
      await worktrees.removeAll();
      return { ended: ended.length, kept };
    },
    changedSettings: () => watch.changes(),
    async close() {
      // What an attempt forked while it was being ended, if anything.
      for (const run of runs) await endRun(run);
      await worktrees.removeAll();
    },
  };
}

/** Ends whatever a run has started, its groups gone with it. */
async function endRun(run: string): Promise<number[]> {
  const groups = await controlGroupsOf(run);
  const ended = await endProcesses(processMark(run), { grace: 5_000, groups });
  for (const group of groups) await group.remove();
  return ended;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
