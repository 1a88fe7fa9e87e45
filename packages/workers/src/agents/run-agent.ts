import { stat } from 'node:fs/promises';
import type { CommandLimits } from '../process/command-run.ts';
import type { ProcessMark } from '../process/end-processes.ts';
import { outputTail } from '../process/output-tail.ts';
import { appendRegular } from '../process/regular-file.ts';
import type { Masker } from '../process/secrets.ts';
import { type Pipes, supervise, type SupervisedExit } from '../process/supervise.ts';
import { shortActivity } from './activity.ts';
import type { Agent } from './agent.ts';
import type { AgentRun } from './agent-run.ts';
import { ReportFollower } from './follow-report.ts';
import { plainProblem } from './plain-problem.ts';
import type { AgentReport } from './report.ts';

/** One turn of an agent: a prompt, and the place where it works. */
export interface AgentTurn extends CommandLimits {
  readonly promptFile: string;
  /** Receives everything it prints; may already contain the output of earlier turns. */
  readonly outputFile: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Shell lines that it may run. */
  readonly commands?: readonly string[];
  /** Words before its shell, which start a sandbox. */
  readonly wrap?: readonly string[];
  readonly masker?: Masker;
  /** Variables that identify everything it starts, so that all of it can be ended. */
  readonly mark: ProcessMark;
  /** A session of the agent to resume. */
  readonly session?: string;
}

export interface AgentEnd {
  readonly exit: SupervisedExit;
  /** Present if the agent prints events. */
  readonly report?: AgentReport;
  /** The last lines of its text. */
  readonly said: readonly string[];
  /** Whether it resumed the session of the turn. */
  readonly resumed: boolean;
}

/** How much to read of the output of an agent that prints no events. */
const TAIL_BYTES = 8192;
/** How often a running agent's output is read. */
const LOOK_MS = 1_000;

/** Runs an agent to its end. Nothing that it started is alive when this resolves. */
export async function runAgent(agent: Agent, turn: AgentTurn, run: AgentRun = {}): Promise<AgentEnd> {
  const { session } = turn;
  const acp = agent.protocol === 'acp';
  const resume = acp ? session && agent.command : resumeCommand(agent, session);
  const start = await stat(turn.outputFile).then(
    ({ size }) => size,
    () => 0,
  );
  const follower = agent.readEvent && new ReportFollower(turn.outputFile, agent.readEvent, start);
  const stopLooking = look(follower, turn.cwd, run.onReport);
  try {
    const exit = await supervise({
      ...turn,
      ...run,
      command: resume ?? agent.command,
      inputFile: turn.promptFile,
      ...(acp && { talk: acpTalk(agent, turn, run, resume ? session : undefined) }),
    });
    // The agent may have replaced its log by something else. Its work still counts.
    const read = await follower?.readToEnd().catch(() => undefined);
    const report =
      read && (await withPlainProblem(read, exit, () => outputTail(turn.outputFile, TAIL_BYTES, start)));
    const said = report
      ? report.text.split('\n')
      : await outputTail(turn.outputFile, TAIL_BYTES, start).catch(() => []);
    return { exit, said, resumed: resume !== undefined, ...(report && { report }) };
  } finally {
    stopLooking();
  }
}

async function withPlainProblem(
  report: AgentReport,
  { ended, exitCode }: SupervisedExit,
  tail: () => Promise<readonly string[]>,
): Promise<AgentReport> {
  const cutOff = ended === 'timeout' || ended === 'stalled';
  if (report.problem || (!cutOff && (ended !== 'exited' || exitCode === 0))) return report;
  const problem = plainProblem(await tail().catch(() => []), { cutOff });
  return problem === undefined ? report : { ...report, problem };
}

function acpTalk(agent: Agent, turn: AgentTurn, run: AgentRun, session: string | undefined) {
  const { promptFile, outputFile, cwd, masker, commands } = turn;
  // Written in sequence: messages may arrive faster than they are written, and their order matters.
  let written = Promise.resolve();
  const log = (event: object) => {
    const line = `${JSON.stringify(event)}\n`;
    written = written.then(() => appendRegular(outputFile, masker?.text(line) ?? line));
    return written;
  };
  const policy = agent.permissions ?? 'edits';
  return async (pipes: Pipes, ending: AbortSignal) => {
    // Loaded on demand, because the protocol library takes a while to load.
    const { talkAcp } = await import('./talk-acp.ts');
    await talkAcp(pipes, ending, {
      promptFile,
      cwd,
      session,
      policy,
      commands,
      onPermission: run.onPermission,
      log,
    });
  };
}

/** A session id comes from the agent's output and becomes part of a shell line, so it must be a plain word. */
export function canResume(agent: Agent, session: string | undefined): boolean {
  return agent.protocol === 'acp' ? session !== undefined : resumeCommand(agent, session) !== undefined;
}

function resumeCommand(agent: Agent, session: string | undefined): string | undefined {
  return session !== undefined && /^[\w-]+$/.test(session)
    ? agent.resume?.(agent.command, session)
    : undefined;
}

function look(follower: ReportFollower | undefined, cwd: string, onReport: AgentRun['onReport']): () => void {
  if (!follower || !onReport) return () => {};
  let last: AgentReport | undefined;
  const once = async () => {
    const report = await follower.read();
    if (report !== last) onReport(shown(report, cwd));
    last = report;
  };
  // The file may be gone. That is reported when the agent has ended.
  const timer = setInterval(() => void once().catch(() => {}), LOOK_MS);
  return () => clearInterval(timer);
}

function shown(report: AgentReport, cwd: string): AgentReport {
  const { activity } = report;
  return activity === undefined ? report : { ...report, activity: shortActivity(activity, cwd) };
}
