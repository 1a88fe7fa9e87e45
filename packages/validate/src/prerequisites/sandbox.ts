import type { Finding } from '../finding.ts';

/** The sandbox that agents can run in: its version if it is installed, and whether the configuration asks for it. */
export interface Sandbox {
  readonly version?: string;
  /** What it cannot protect, in a few words each. */
  readonly limits?: readonly string[];
  readonly wanted: boolean;
}

/** A missing sandbox is only a fault if the configuration asks for one. */
export function checkSandbox({ version, wanted, limits = [] }: Sandbox): Finding {
  const id = 'parallel.sandbox';
  if (version !== undefined) {
    const use = wanted ? 'run in it' : 'can run in it with --sandbox';
    const within = limits.length > 0 ? `; ${limits.join('; ')} (not with network: false)` : '';
    const message = `bubblewrap ${version} is installed: agents ${use}${within}`;
    return { id, status: 'pass', message, tickets: [] };
  }
  const message = wanted
    ? 'the configuration asks for a sandbox, but bubblewrap is not installed or may not be used: install it, or remove the setting'
    : 'no bubblewrap is installed: --sandbox cannot be used';
  return { id, status: wanted ? 'fail' : 'pass', message, tickets: [] };
}
