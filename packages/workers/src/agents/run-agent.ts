import { appendFile, stat } from 'node:fs/promises';
import type { ProcessMark } from '../end-processes.ts';
import { outputTail } from '../output-tail.ts';
import type { Masker } from '../secrets.ts';
import { type Pipes, supervise, type SupervisedExit } from '../supervise.ts';
import type { Agent } from './agent.ts';
import { ReportFollower } from './follow-report.ts';
import type { PermissionRequest } from './permission.ts';
import type { AgentReport } from './report.ts';
import { talkAcp } from './talk-acp.ts';

/** One turn of an agent: a prompt, and the place where it works. */
export interface AgentTurn {
  readonly promptFile: string;
  /** Takes all that it prints; may hold the output of earlier turns. */
  readonly outputFile: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Variables by which all that it starts is found, and ended. */
  /** Words before its shell: a sandbox. */
  readonly wrap?: readonly string[] | undefined;
  readonly masker?: Masker | undefined;
  readonly mark: ProcessMark;
  /** Wall-clock limit in milliseconds. */
  readonly timeout: number;
  /** Limit of time without any output. */
  readonly idleTimeout?: number | undefined;
  /** A session of the agent to go on with. */
  readonly session?: string | undefined;
}

export interface AgentHooks {
  /** Aborted: the agent is ended, with grace. */
  readonly signal?: AbortSignal | undefined;
  /** Aborted: without grace. */
  readonly hurry?: AbortSignal | undefined;
  readonly onStarted?: (() => void) | undefined;
  /** It has printed nothing for so many seconds; 0 where it prints again. */
  readonly onQuiet?: ((seconds: number) => void) | undefined;
  /** Asks a person whether an agent may do something. */
  readonly onPermission?: ((request: PermissionRequest) => Promise<boolean>) | undefined;
  /** What the agent has told so far, whenever there is more. */
  readonly onEvent?: ((report: AgentReport) => void) | undefined;
}

export interface AgentEnd {
  readonly exit: SupervisedExit;
  /** Where the agent tells of itself. */
  readonly report?: AgentReport;
  /** Its last line. */
  readonly lastLine: string;
  /** Whether it went on with the session of the turn. */
  readonly resumed: boolean;
}

/** How often a running agent's output is looked at, in milliseconds. */
const LOOK = 1_000;

/** Runs an agent to its end; nothing that it started lives when this resolves. */
export async function runAgent(agent: Agent, turn: AgentTurn, hooks: AgentHooks = {}): Promise<AgentEnd> {
  const { session } = turn;
  const acp = agent.protocol === 'acp';
  const goOn = acp ? session && agent.command : resumeCommand(agent, session);
  const start = await stat(turn.outputFile).then(
    ({ size }) => size,
    () => 0,
  );
  const follower = agent.readEvent && new ReportFollower(turn.outputFile, agent.readEvent, start);
  const stopLooking = look(follower, hooks.onEvent);
  try {
    const exit = await supervise({
      ...turn,
      ...hooks,
      command: goOn ?? agent.command,
      inputFile: turn.promptFile,
      ...(acp && { talk: acpTalk(agent, turn, hooks, goOn ? session : undefined) }),
    });
    const report = await follower?.readToEnd();
    const said = report ? report.text.split('\n') : await outputTail(turn.outputFile);
    const lastLine = said.findLast((line) => line.trim() !== '') ?? '';
    return { exit, lastLine, resumed: goOn !== undefined, ...(report && { report }) };
  } finally {
    stopLooking();
  }
}

function acpTalk(agent: Agent, turn: AgentTurn, hooks: AgentHooks, session: string | undefined) {
  const { promptFile, outputFile, cwd, masker } = turn;
  // One after the other: messages may come faster than they are written, and their order is their meaning.
  let written = Promise.resolve();
  const log = (event: object) => {
    const line = `${JSON.stringify(event)}\n`;
    written = written.then(() => appendFile(outputFile, masker?.text(line) ?? line));
    return written;
  };
  const policy = agent.permissions ?? 'edits';
  return (pipes: Pipes, ending: AbortSignal) =>
    talkAcp(pipes, ending, { promptFile, cwd, session, policy, onPermission: hooks.onPermission, log });
}

/** A session's name comes from the agent's output and becomes part of a shell line: only a plain word can. */
export function canGoOn(agent: Agent, session: string | undefined): boolean {
  return agent.protocol === 'acp' ? session !== undefined : resumeCommand(agent, session) !== undefined;
}

function resumeCommand(agent: Agent, session: string | undefined): string | undefined {
  return session !== undefined && /^[\w-]+$/.test(session)
    ? agent.resume?.(agent.command, session)
    : undefined;
}

function look(follower: ReportFollower | undefined, onEvent: AgentHooks['onEvent']): () => void {
  if (!follower || !onEvent) return () => {};
  let last: AgentReport | undefined;
  const once = async () => {
    const report = await follower.read();
    if (report !== last) onEvent(report);
    last = report;
  };
  // The file may be gone: what is wrong is said when the agent has ended.
  const timer = setInterval(() => void once().catch(() => {}), LOOK);
  return () => clearInterval(timer);
}
