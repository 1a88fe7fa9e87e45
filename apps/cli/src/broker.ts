import { gitVersion } from '@sage/git';
import type { Elsewhere } from '@sage/stream';
import { type Agent, detectAgent, type PromptTemplate, type SandboxSettings } from '@sage/workers';
import { createRequire } from 'node:module';
import type { Settings } from './config.ts';
import { parseDuration } from './duration.ts';
import { UsageError } from './errors.ts';
import { agentLimits } from './stream-settings.ts';

/** The variable with the address of a broker, which keeps its password out of process lists. */
export const BROKER_VARIABLE = 'SAGE_BROKER';

/**
 * The address of the broker to use; undefined if there is none. `--broker` without an address refers to the variable.
 * The variable also wins over the address recorded by a run, which has no password.
 * @throws {UsageError}
 */
export function brokerAddress(
  typed: Settings['broker'],
  settings: Pick<Settings, 'broker'>,
  variables: NodeJS.ProcessEnv,
): string | undefined {
  if (typeof typed === 'string') return typed;
  if (settings.broker === undefined) return undefined;
  const named = variables[BROKER_VARIABLE] ?? (settings.broker === true ? undefined : settings.broker);
  if (named === undefined)
    throw new UsageError(`--broker: name its address, or set ${BROKER_VARIABLE} to it`);
  return named;
}

/** An address in a form that may be shown and recorded. */
export async function shownAddress(broker: Settings['broker']): Promise<Settings['broker']> {
  if (typeof broker !== 'string') return broker;
  const { withoutPassword } = await import('@sage/cluster');
  return withoutPassword(broker);
}

/**
 * In milliseconds.
 * @throws {UsageError}
 */
export function durationOf(flag: string, text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined)
    throw new UsageError(`${flag} ${text} is not a duration: write 90s, 30m or 2h`);
  return milliseconds;
}

/** @throws {UsageError} */
export function leaseOf(text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  const milliseconds = durationOf('--lease', text);
  if (milliseconds < MIN_LEASE_MS) throw new UsageError(`--lease ${text} is too short: 2s at least`);
  return milliseconds;
}

const MIN_LEASE_MS = 2_000;

export interface Machines {
  readonly elsewhere: Elsewhere;
  close(): Promise<void>;
}

export interface MachinesOptions {
  readonly root: string;
  readonly settings: Settings;
  readonly agent: Agent;
  readonly timeout: number;
  readonly idleTimeout: number | undefined;
  readonly environment: readonly string[];
  readonly allow: readonly string[];
  readonly sandbox: SandboxSettings | undefined;
  readonly template: PromptTemplate | undefined;
  readonly notice: (text: string) => void;
}

/**
 * Connects a run to workers on other machines.
 * @throws {ClusterError}
 */
export async function openMachines(address: string, options: MachinesOptions): Promise<Machines> {
  // Loaded only here: a run on one machine never needs it.
  const { DEFAULT_LEASE_MS, openCluster } = await import('@sage/cluster');
  const { root, settings, agent, timeout, idleTimeout, notice } = options;
  const { environment, allow, sandbox, template } = options;
  const here = await detectAgent(agent, root);
  const { keepIgnored, setup, teardown, copy = [] } = settings.worktrees ?? {};
  if (copy.length > 0)
    notice(`worktrees.copy: ${copy.join(', ')} is on this machine only; workers on others make it by setup`);
  const cluster = await openCluster({
    broker: address,
    lease: leaseOf(settings.lease, DEFAULT_LEASE_MS),
    ...(settings.hosts !== undefined && {
      hosts: { list: settings.hosts, root, agent: agentWords(settings) },
    }),
    follow: settings.parallel === undefined || settings.parallel === 'auto' || settings.parallel === true,
    own: {
      sage: sageVersion(),
      node: process.version,
      git: (await gitVersion(root)).version,
      ...(here.found && { agent: { name: agent.name, version: here.version } }),
    },
    equipment: {
      agent: {
        name: agent.name,
        model: settings.model,
        permissions: settings.permissions,
        allow: [...allow],
        environment: [...environment],
        secrets: [...(settings.secrets ?? [])],
        template: template?.text,
      },
      worktrees: { keepIgnored, setup, teardown },
      sandbox,
      limits: { timeout, idleTimeout, ...agentLimits(settings.limits) },
    },
    notice,
  });
  return { elsewhere: cluster, close: () => cluster.close() };
}

/** The run's agent as arguments of `sage worker`. */
function agentWords({ agent, agentCommand }: Settings): string[] {
  return [
    ...(agent === undefined ? [] : ['--agent', agent]),
    ...(agentCommand === undefined ? [] : ['--agent-command', agentCommand]),
  ];
}

export function sageVersion(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
