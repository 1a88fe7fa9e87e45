import { withoutAbstractSockets } from './abstract-sockets.ts';
import { withoutLaterMounts } from './private-mounts.ts';
import { refusesSockets } from './refused-sockets.ts';
import type { SandboxSettings } from './sandbox-settings.ts';
import { listeningSockets } from './sockets.ts';

const MAX_NAMED = 3;

/** What a sandbox with these settings cannot protect on this machine, in a few words each. */
export function sandboxLimits(settings: SandboxSettings, root: string): string[] {
  const isClosed = withoutAbstractSockets(settings, root).length > 0;
  const limits = limitsOf(settings, isClosed ? [] : listeningSockets().abstract);
  if (withoutLaterMounts(root).length === 0)
    limits.push('what is mounted while a command runs can be written');
  return limits;
}

export function limitsOf(settings: SandboxSettings, abstract: readonly string[]): string[] {
  const { network = true } = settings;
  const limits = network ? ['servers on this machine can be reached by network'] : [];
  if (refusesSockets(settings)) return limits;
  limits.push('Unix sockets that are made while a command runs can be reached');
  if (network && abstract.length > 0) {
    const more = abstract.length > MAX_NAMED ? `, and ${abstract.length - MAX_NAMED} more` : '';
    limits.push(`abstract sockets can be reached: ${abstract.slice(0, MAX_NAMED).join(', ')}${more}`);
  }
  return limits;
}
