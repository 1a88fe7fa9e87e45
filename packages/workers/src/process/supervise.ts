import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';
import type { CommandLimits, CommandRun } from './command-run.ts';
import { AwakeTime } from './awake-time.ts';
import { type ControlGroup, createControlGroup } from './control-group.ts';
import { Descendants } from './descendants.ts';
import { DiskWatch } from './disk-watch.ts';
import { endProcesses, findProcesses, GRACE_MS, type ProcessMark } from './end-processes.ts';
import type { Masker } from './secrets.ts';
import { openRegular } from './regular-file.ts';
import { OutputWatch } from './output-watch.ts';
import { userShell } from './shell.ts';

export interface SuperviseOptions extends CommandRun, CommandLimits {
  readonly command: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly mark: ProcessMark;
  /** Words before the shell that start a sandbox. The sandbox ends when the command does. */
  readonly wrap?: readonly string[];
  /** The command's stdin; not used if there is a conversation. */
  readonly inputFile: string;
  /** Receives stdout and stderr. */
  readonly outputFile: string;
  /**
   * A conversation with the command through its stdin and stdout. The command is ended when the conversation is over.
   * When `ending` is aborted, the conversation has to end.
   */
  readonly talk?: (pipes: Pipes, ending: AbortSignal) => Promise<void>;
  /** Masks secrets in the output before it reaches the disk. */
  readonly masker?: Masker;
}

export interface Pipes {
  readonly stdin: Writable;
  readonly stdout: Readable;
}

/** The limits for which a command is ended. */
type Limit = 'timeout' | 'stalled' | 'output-limit' | 'process-limit' | 'disk-limit';

export interface SupervisedExit {
  /** `exited`: by itself (or killed by someone else). Otherwise Sage ended it for the given reason. */
  readonly ended: 'exited' | Limit | 'interrupted';
  readonly exitCode: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly seconds: number;
}

/** How long a conversation may take to end by itself. */
const GOODBYE_MS = 3_000;
/** How long to read what is left in a pipe. */
const DRAIN_MS = 2_000;
/** Time between two checks of a command's limits. */
const LIMIT_CHECK_MS = 1_000;

/** Runs a shell line to its end, and ends whatever it started. Nothing of it is alive when this resolves. */
export async function supervise(options: SuperviseOptions): Promise<SupervisedExit> {
  const started = performance.now();
  // Without masking, output goes directly to files, so a flood of output never passes through this process.
  await using input = await (options.inputFile === '/dev/null'
    ? open('/dev/null', 'r')
    : openRegular(options.inputFile, 'r'));
  await using output = await openRegular(options.outputFile, 'a');
  const masked = options.masker?.empty === false;
  const group = await createControlGroup(options.mark.SAGE_RUN_ID);
  const [program, ...words] = [
    ...(group?.entry ?? []),
    ...(options.wrap ?? []),
    userShell(),
    '-c',
    options.command,
  ];
  const child = spawn(program, words, {
    cwd: options.cwd,
    env: { ...options.environment, ...options.mark },
    detached: true,
    stdio: [
      options.talk ? 'pipe' : input.fd,
      options.talk || masked ? 'pipe' : output.fd,
      masked ? 'pipe' : output.fd,
    ],
  });
  const written = writeMasked(
    options.talk ? [child.stderr] : [child.stdout, child.stderr],
    output,
    options.masker,
  );
  const stopTalking = new AbortController();
  const conversation = converse(child, options.talk, stopTalking.signal);
  let ended: SupervisedExit['ended'] = 'exited';
  let ending: Promise<unknown> | undefined;
  let exited = false;
  const descendants = child.pid === undefined || group ? undefined : new Descendants(child.pid);
  const endAll = (leader = {}) =>
    endProcesses(options.mark, {
      grace: GRACE_MS,
      killSignal: options.killSignal,
      keeper: options.wrap && child.pid,
      known: descendants?.known() ?? [],
      groups: group && [group],
      ...leader,
    });
  const endWithLeader = () => endAll(child.pid && { leader: child.pid });
  const end = (reason: Exclude<SupervisedExit['ended'], 'exited'>) => {
    // If the command ends while its leftovers are being ended, it still counts as ended by itself.
    if (ending || exited) return;
    ended = reason;
    stopTalking.abort();
    const farewell = AbortSignal.any([
      AbortSignal.timeout(GOODBYE_MS),
      ...(options.killSignal ? [options.killSignal] : []),
    ]);
    ending = untilAborted(conversation, farewell).then(endWithLeader);
  };
  void conversation?.then(() => (ending ??= endWithLeader()));
  const interrupt = () => end('interrupted');
  const stopWatching = watch(output, options, group, end);
  options.signal?.addEventListener('abort', interrupt, { once: true });
  try {
    const exit = await new Promise<Pick<SupervisedExit, 'exitCode' | 'killedBy'>>((resolve, reject) => {
      child.once('spawn', () => options.onStarted?.());
      child.once('error', reject);
      child.once('exit', (exitCode, killedBy) => {
        exited = true;
        stopWatching();
        resolve({ exitCode, killedBy });
      });
      if (options.signal?.aborted) interrupt();
    });
    await ending;
    descendants?.stop();
    await endAll();
    await written();
    // Everything that held the pipe open has ended, so the rest of the conversation is read.
    const talkedOut =
      conversation && (await Promise.race([conversation, delay(DRAIN_MS, false, { ref: false })]));
    // After a conversation, the exit of a server says nothing.
    const said =
      talkedOut === undefined ? exit : { exitCode: talkedOut ? 0 : exit.exitCode || 1, killedBy: null };
    return { ended, ...said, seconds: (performance.now() - started) / 1000 };
  } finally {
    stopWatching();
    descendants?.stop();
    await group?.remove();
    options.signal?.removeEventListener('abort', interrupt);
  }
}

/** Resolves to whether the conversation ended properly; undefined without one. */
function converse(
  { stdin, stdout }: ChildProcess,
  talk: SuperviseOptions['talk'],
  ending: AbortSignal,
): Promise<boolean> | undefined {
  if (!talk || !stdin || !stdout) return undefined;
  // Ignore errors of writing to a command that has ended; the conversation notices it.
  stdin.on('error', () => {});
  return talk({ stdin, stdout }, ending).then(
    () => true,
    () => false,
  );
}

async function untilAborted(promise: Promise<unknown> | undefined, signal: AbortSignal): Promise<void> {
  if (!promise || signal.aborted) return;
  await Promise.race([
    promise,
    new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
  ]);
}

/** Returns a function that waits until all output is written. Call it after everything that could print has ended. */
function writeMasked(
  pipes: readonly (Readable | null)[],
  output: FileHandle,
  masker: Masker | undefined,
): () => Promise<unknown> {
  if (!masker) return () => Promise.resolve();
  const sources = pipes.filter((source) => source !== null);
  const written = Promise.allSettled(
    sources.map(async (source) => {
      for await (const chunk of source.pipe(masker.stream())) await output.appendFile(chunk as Buffer);
    }),
  );
  return async () => {
    // A process that has dropped the mark may hold the pipe open.
    await Promise.race([written, delay(DRAIN_MS, undefined, { ref: false })]);
    for (const source of sources) source.destroy();
  };
}

/** Checks the limits regularly, and reports those exceeded. Returns a function that stops the watch. */
function watch(
  output: FileHandle,
  options: SuperviseOptions,
  group: ControlGroup | undefined,
  onLimit: (limit: Limit) => void,
): () => void {
  const { timeout, idleTimeout, maxProcesses, mark } = options;
  const watched = new OutputWatch(options, 0);
  const interval = Math.min(timeout / 4, (idleTimeout ?? Infinity) / 4, LIMIT_CHECK_MS);
  const time = new AwakeTime(performance.now(), interval);
  const disk = options.maxDisk === undefined ? undefined : new DiskWatch(options.cwd, options.maxDisk);
  const look = async () => {
    const now = time.look(performance.now());
    const { size } = await output.stat();
    // After a delay, this timer may run before the event of an earlier exit. Let that event go first.
    await turn();
    await turn();
    if (now >= timeout) onLimit('timeout');
    const sign = watched.look(size, now);
    if (sign && 'limit' in sign) onLimit(sign.limit);
    else if (sign) options.onQuiet?.(sign.quiet);
    if (await disk?.isOver()) onLimit('disk-limit');
    if (maxProcesses === undefined) return;
    const count = group ? (await group.members()).size : (await findProcesses(mark)).length;
    if (count > maxProcesses) onLimit('process-limit');
  };
  // The file may already be closed. Then the result no longer matters.
  const timer = setInterval(() => void look().catch(() => {}), interval);
  return () => clearInterval(timer);
}
