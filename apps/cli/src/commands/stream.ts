import { resolve } from 'node:path';
import { openRepository, worktreeDirectory } from '@sage/git';
import { explainTicket, planStream, runStream } from '@sage/stream';
import { assertWorktreeSettings, sandboxLimits, secretValues } from '@sage/workers';
import { Command } from 'commander';
import { configurationFiles } from '../config-file.ts';
import type { Settings } from '../config.ts';
import { parseDuration } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { nextCommands } from '../next-commands.ts';
import { screenOf } from '../reporters/screen.ts';
import { formatExplanation, formatPlan, planJson } from '../reporters/plan.ts';
import { runReporter } from '../run-reporter.ts';
import { formatRecord, settingsOf } from '../run-record.ts';
import {
  agentLimits,
  DEFAULT_ATTEMPTS,
  DEFAULT_TIMEOUT_MS,
  type StreamFlags,
  type TypedFlags,
} from '../stream-settings.ts';
import { beginOrResume } from '../begin-or-resume.ts';
import { approvalOf, ASKS_BY, assertTerminal, modeOf } from '../stream-mode.ts';
import { agentOf } from '../agent-of.ts';
import { brokerAddress, type Machines, openMachines, shownAddress } from '../broker.ts';
import { assertCommands } from '../trust/confirm.ts';
import { configuredCommands } from '../trust/repository-commands.ts';
import { verifySettings } from '../verify-settings.ts';
import { sourceChoice, withSourceFlags } from '../source-flags.ts';
import { sandboxSettings } from '../sandbox-settings.ts';
import { keepHeapSmall } from '../small-heap.ts';

export function streamCommand(): Command {
  return withSourceFlags(new Command('stream'))
    .description('work through the backlog: .sage/tickets/index.json, or that of another tool')
    .argument('[ids...]', 'only these tickets, as with --only')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--interactive', 'one ticket at a time, asking before each step (default)')
    .option('--parallel-interactive', 'several workers, asking which tickets start and which results land')
    .option('--semi-auto', 'several workers, asking before each component; .sage/batches says which tickets')
    .option('--auto', 'no questions')
    .option('--dry-run', 'print the plan, change nothing')
    .option('--explain <id>', 'say when a ticket would run and why, change nothing')
    .option('--parallel [n]', 'workers, a number or "auto" (with --auto)')
    .option(
      '--broker [address]',
      'give tickets to workers on other machines, through this Redis (SAGE_BROKER)',
    )
    .option('--hosts <list>', 'start workers there over ssh, as a,user@b:4 (name:slots)')
    .option('--lease <duration>', 'how long a silent worker keeps its ticket (60s)')
    .option('--agent <name>', 'claude, codex, gemini, opencode, acp:<cmd>, or your own')
    .option('--model <name>', 'the model of the agent')
    .option('--agent-command <cmd>', 'a shell line that reads the prompt from stdin')
    .option('--target <branch>', 'land on this branch instead of the current one')
    .option('--verify <cmd>', 'shell line that must pass on the merged result')
    .option('--verify-slots <n>', 'verifies at a time, each on the landings before it (1)')
    .option('--verify-mode <mode>', 'chain: each landing; batch: many at once, bisected on failure')
    .option('--no-baseline', 'start even if verify fails on the base commit')
    .option('--keep-going', 'continue when ticket after ticket fails the same way')
    .option('--max-attempts <n>', `attempts of a ticket before it is deferred (${DEFAULT_ATTEMPTS})`)
    .option('--timeout <duration>', 'limit of one attempt, such as 30m (1h)')
    .option('--idle-timeout <duration>', 'end an agent that prints nothing for this long (none)')
    .option('--max-turns <n>', 'turns of an agent in one attempt (claude)')
    .option('--max-cost <usd>', 'start nothing more when the run may cost more than this')
    .option('--max-tokens <n>', 'start nothing more when the run may use more than this')
    .option('--max-ticket-cost <usd>', 'cut a ticket off when its attempts cost more than this')
    .option('--max-ticket-tokens <n>', 'cut a ticket off when its attempts use more than this')
    .option('--no-wait', 'start nothing more when the account is at its limit')
    .option('--sandbox', 'agents and checks write to their worktree only (needs bubblewrap)')
    .option('--approve <which>', 'ask before a result lands: all, risky (it changes what runs later), none')
    .option('--component <prefix>', 'only tickets of this component')
    .option('--only <ids>', 'only these tickets, comma-separated; tries deferred ones again')
    .option('--with <comment>', 'a note to the agents about these tickets, for the first attempt')
    .option('--retry-deferred', 'try deferred tickets again, with what waits for them')
    .option('--resume', 'resume the interrupted run of this branch with its settings')
    .option('--quiet', 'print only what needs you, and the end')
    .option('--json', 'one JSON event per line on stdout')
    .action(async (ids: string[], flags: StreamFlags, command: Command) => {
      if (ids.length > 0 && flags.only !== undefined)
        throw new UsageError('--only names tickets, and so do the arguments: use one of them');
      const chosen = ids.length > 0 ? { ...flags, only: ids.join(',') } : flags;
      process.exitCode = await stream(chosen, command);
    });
}

async function stream(flags: StreamFlags, command: Command): Promise<number> {
  const directory = resolve(flags.C);
  const looks = flags.dryRun === true || flags.explain !== undefined;
  const repository = await openRepository(directory);
  const { root } = repository;
  const recordable =
    flags.broker === undefined ? flags : { ...flags, broker: await shownAddress(flags.broker) };
  const { beginning, target } = await beginOrResume(recordable, { directory, repository, looks });
  const { config, template } = beginning;
  const settings = settingsOf(beginning);
  const mode = modeOf(flags, settings);
  const broker = brokerAddress(flags.broker, settings, process.env);
  if (settings.hosts !== undefined && broker === undefined)
    throw new UsageError('--hosts needs --broker: workers are reached through it');
  const parallel = parallelOf(
    settings.parallel ?? (ASKS_BY[mode] || (broker !== undefined && mode === 'auto') ? true : undefined),
  );
  if (
    parallel !== undefined &&
    mode !== 'auto' &&
    !ASKS_BY[mode] &&
    (flags.parallel !== undefined || mode === 'interactive') &&
    !settings.auto
  ) {
    throw new UsageError('--parallel requires --auto mode');
  }
  const only =
    typeof settings.only === 'string' ? settings.only.split(',').map((id) => id.trim()) : settings.only;
  const selection = {
    directory,
    repository,
    choice: sourceChoice(settings),
    parallel,
    target: target ?? settings.target,
    component: settings.component,
    only,
    retryDeferred: beginning.flags.retryDeferred,
    componentLimits: config.componentLimits,
    maxAttempts: settings.maxAttempts ?? DEFAULT_ATTEMPTS,
  };
  const json = flags.json ?? config.json ?? false;

  if (mode === 'dry-run') {
    const worktrees =
      broker === undefined ? worktreeDirectory(root, settings.worktrees?.directory) : undefined;
    const plan = await planStream({ ...selection, worktrees });
    process.stdout.write(json ? planJson(plan) : formatPlan(plan, screenOf(process.stdout, process.env)));
    return EXIT.ok;
  }
  if (mode === 'explain') {
    const explanation = await explainTicket({ ...selection, ticket: settings.explain ?? '' });
    process.stdout.write(
      json
        ? `${JSON.stringify(explanation)}\n`
        : formatExplanation(explanation, screenOf(process.stdout, process.env)),
    );
    return EXIT.ok;
  }

  const approve = approvalOf(settings, mode);
  if (mode !== 'auto' || approve !== undefined) assertTerminal(mode === 'auto' ? 'approve' : mode, json);
  const commands = configuredCommands(withoutTyped(config, beginning.flags));
  const agent = await agentOf(settings, root);
  assertWorktreeSettings(root, settings.worktrees ?? {});
  secretValues(settings.secrets ?? [], process.env);
  const sandbox = await sandboxSettings(settings.sandbox, settings.sandbox, root);
  const verified = verifySettings(settings.verify);
  const timeout = duration('--timeout', settings.timeout) ?? DEFAULT_TIMEOUT_MS;
  const idleTimeout = duration('--idle-timeout', settings.idleTimeout);
  const next = nextCommands(command, flags.C, beginning.flags, true);
  const {
    reporter,
    ask,
    end: endReports,
  } = runReporter({
    directory,
    root,
    json,
    quiet: settings.quiet === true,
    live: mode !== 'interactive',
    notify: settings.notify,
    next,
  });
  for (const line of beginning.notices) reporter.notice(line);
  for (const line of sandbox ? sandboxLimits(sandbox, root) : []) reporter.notice(`in the sandbox ${line}`);
  const interrupt = onInterrupt(reporter.notice);
  keepHeapSmall();
  let machines: Machines | undefined;
  try {
    // Verify must see the variables that its result depends on.
    const environment = [...(settings.environment ?? []), ...(verified?.environment ?? [])];
    const allow = [...(settings.allow ?? []), ...(verified ? [verified.command] : [])];
    if (broker !== undefined) {
      await assertCommands(root, commands);
      const { notice } = reporter;
      const equipment = { environment, allow, sandbox, template, timeout, idleTimeout };
      machines = await openMachines(broker, { root, settings, agent, notice, ...equipment });
    }
    const end = await runStream({
      ...selection,
      agent,
      allow,
      agents: { rules: settings.rules, attempts: settings.attempts },
      confirmChecks: (checks) => assertCommands(root, [...commands, ...checks]),
      agentFor: (selection) => agentOf(settings, root, selection),
      verify: verified,
      baseline: settings.baseline,
      keepGoing: settings.keepGoing,
      resumeLine: next.resume,
      landing: config.landing,
      timeout,
      idleTimeout,
      worktrees: settings.worktrees,
      environment,
      secrets: settings.secrets,
      limits: agentLimits(settings.limits),
      sandbox,
      template,
      budget: settings,
      wait: settings.wait,
      record: await formatRecord(beginning),
      configuration: configurationFiles(settings.prompt),
      ask: mode === 'interactive' ? ask : undefined,
      approve: approve && { which: approve, ask },
      askStart: ASKS_BY[mode] && { by: ASKS_BY[mode], ask },
      comment: beginning.flags.with,
      stop: interrupt.stop,
      killSignal: interrupt.killSignal,
      onResumed: reporter.resumed,
      onEvent: reporter.event,
      onNotice: reporter.notice,
      elsewhere: machines?.elsewhere,
    });
    if (end.outcome === 'interrupted') return EXIT.interrupted;
    if (end.outcome === 'stopped') {
      process.stderr.write(`ERROR: ${end.reason ?? 'the queue stopped'}\n`);
      return EXIT.stopped;
    }
    const { deferred, blocked, unprocessed } = end.summary;
    return deferred + blocked + unprocessed > 0 ? EXIT.unfinished : EXIT.ok;
  } finally {
    await machines?.close();
    await endReports();
    interrupt.dispose();
  }
}

/** Removes settings that flags override: what is typed is the user's own and needs no confirmation. */
function withoutTyped(
  config: Settings,
  { verify, agent, agentCommand, broker, hosts }: TypedFlags,
): Settings {
  return {
    ...config,
    ...(verify !== undefined && { verify: undefined }),
    ...(agent !== undefined && { agent: undefined }),
    ...(agentCommand !== undefined && { agentCommand: undefined }),
    ...(broker !== undefined && { broker: undefined }),
    ...(hosts !== undefined && { hosts: undefined }),
  };
}

/** A plain `--parallel` lets Sage choose. */
function parallelOf(value: Settings['parallel']): number | string | undefined {
  return value === true ? 'auto' : value;
}

function duration(flag: string, text: string | undefined): number | undefined {
  const milliseconds = text === undefined ? undefined : parseDuration(text);
  if (text !== undefined && milliseconds === undefined) {
    throw new UsageError(`${flag} ${text} is not a duration: write 90s, 30m or 2h`);
  }
  return milliseconds;
}
