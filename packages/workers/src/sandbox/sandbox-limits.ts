import type { SandboxSettings } from './sandbox.ts';
import { type ListeningSockets, listeningSockets } from './sockets.ts';

const MAX_NAMED = 3;

/** What a sandbox with these settings leaves within reach, in a few words each. */
export function sandboxLimits(
  { network = true }: SandboxSettings,
  { abstract }: ListeningSockets = listeningSockets(),
): string[] {
  if (!network) return [];
  const limits = ['servers on this machine can be reached by network'];
  if (abstract.length > 0) {
    const more = abstract.length > MAX_NAMED ? `, and ${abstract.length - MAX_NAMED} more` : '';
    limits.push(`so can abstract sockets: ${abstract.slice(0, MAX_NAMED).join(', ')}${more}`);
  }
  return limits;
}
