import { join, resolve } from 'node:path';
import { openRepository, type Repository } from '@sage/git';
import { checkBaseline, checkedOutSource, readCheckedOut, type SourceChoice } from '@sage/stream';
import { CHECK_NAMES, validate, type ValidateOptions } from '@sage/validate';
import {
  type Agent,
  agentProgram,
  detectAgent,
  resolveAgent,
  sandboxLimits,
  sandboxVersion,
  userShell,
} from '@sage/workers';
import { SAGE_INDEX, TicketIndexError } from '@sage/tickets';
import { Command } from 'commander';
import { assertCommands, readTrustedConfig } from '../trust/confirm.ts';
import { configuredCommands } from '../trust/repository-commands.ts';
import type { Settings } from '../config.ts';
import { parseDuration } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { sandboxSettings } from '../sandbox-settings.ts';
import { verifySettings } from '../verify-settings.ts';
import { type SourceFlags, sourceChoice, withSourceFlags } from '../source-flags.ts';
import { screenOf } from '../reporters/screen.ts';
import { DEFAULT_TIMEOUT_MS } from '../stream-settings.ts';
import { formatReport } from '../reporters/validation.ts';

interface Flags extends SourceFlags {
  readonly C: string;
  readonly strict?: boolean;
  readonly verbose?: boolean;
  readonly check?: string;
  readonly json?: boolean;
}

export function validateCommand(): Command {
  return withSourceFlags(new Command('validate'))
    .description('check the ticket index, and what a parallel run of it needs')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--strict', 'warnings fail, too')
    .option('--verbose', 'show the checks that pass, and every ticket')
    .option('--check <names>', `only these checks, comma-separated: ${CHECK_NAMES.join(', ')}`)
    .option('--json', 'the report as one JSON object on stdout')
    .action(async (flags: Flags) => {
      process.exitCode = await run(flags);
    });
}

/** What validate does not find out itself. */
async function stateOf(agent: Agent, root: string) {
  const { version, signedIn, fix } = await detectAgent(agent, root);
  return {
    ...(version !== undefined && { version }),
    ...(signedIn !== undefined && { signedIn }),
    ...(fix !== undefined && { fix }),
  };
}

/** Takes as long as setup and verify, so it only runs if this check is requested. */
async function baselineOf(
  directory: string,
  root: string,
  config: Settings,
): Promise<{ readonly fault?: string }> {
  const verify = verifySettings(config.verify);
  const { worktrees, environment, sandbox } = config;
  await assertCommands(root, configuredCommands({ verify: config.verify, worktrees, environment, sandbox }));
  const fault = await checkBaseline({
    directory,
    target: config.target,
    verify,
    workers: {
      timeout: parseDuration(config.timeout ?? '') ?? DEFAULT_TIMEOUT_MS,
      worktrees: config.worktrees,
      environment: [...(config.environment ?? []), ...(verify?.environment ?? [])],
      secrets: config.secrets,
      sandbox: await sandboxSettings(config.sandbox, config.sandbox, root),
    },
  });
  return fault === undefined ? {} : { fault };
}

async function run(flags: Flags): Promise<number> {
  const directory = resolve(flags.C);
  const config = await readTrustedConfig(directory);
  const repository = await openRepository(directory);
  const { root } = repository;
  const chosen = config.agent ?? config.agentCommand;
  const agent =
    chosen === undefined
      ? undefined
      : resolveAgent({
          name: config.agent,
          command: config.agentCommand,
          custom: config.agents,
          permissions: config.permissions,
        });
  const checks = flags.check?.split(',').map((name) => name.trim());
  const unknown = checks?.find((name) => !CHECK_NAMES.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--check ${unknown}: no such check; known: ${CHECK_NAMES.join(', ')}`);
  const version = await sandboxVersion(root);
  const report = await validate({
    root,
    ...(await backlogToCheck(repository, sourceChoice({ ...config, ...flags }))),
    ...(flags.strict && { strict: true }),
    ...(checks && { checks }),
    ...(config.worktrees?.directory !== undefined && { worktrees: config.worktrees.directory }),
    ...(config.componentLimits && { componentLimits: config.componentLimits }),
    sandbox: {
      wanted: Boolean(config.sandbox),
      limits: sandboxLimits(typeof config.sandbox === 'object' ? config.sandbox : {}, root),
      ...(version !== undefined && { version }),
    },
    ...(checks?.includes('parallel') && { baseline: await baselineOf(directory, root, config) }),
    ...(agent && {
      agent: {
        name: agent.name,
        program: agentProgram(agent) ?? userShell(),
        ...(await stateOf(agent, root)),
      },
    }),
  });
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(report)}\n`
      : formatReport(report, {
          verbose: flags.verbose === true,
          screen: screenOf(process.stdout, process.env),
        }),
  );
  return report.ok ? EXIT.ok : EXIT.unfinished;
}

/**
 * The path of Sage's own index, which allows lines and columns in messages. For another tool's backlog, its parsed
 * form.
 */
async function backlogToCheck(
  repository: Repository,
  choice: SourceChoice,
): Promise<Pick<ValidateOptions, 'index' | 'warnings'>> {
  if ((await checkedOutSource(repository, choice)) === 'sage')
    return { index: join(repository.root, SAGE_INDEX) };
  try {
    const { file, tickets, warnings = [] } = await readCheckedOut(repository, choice);
    const raws = tickets.map(({ raw }) => raw);
    return { index: { file, version: undefined, document: {}, tickets: raws }, warnings };
  } catch (error) {
    if (!(error instanceof TicketIndexError)) throw error;
    return { index: error };
  }
}
