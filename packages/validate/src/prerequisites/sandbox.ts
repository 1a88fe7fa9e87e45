import type { Finding } from '../finding.ts';

/** The sandbox that agents can run in: its version where it is there, and whether the configuration asks for it. */
export interface Sandbox {
  readonly version?: string;
  readonly wanted: boolean;
}

/** Nobody needs one who does not ask for it. */
export function checkSandbox({ version, wanted }: Sandbox): Finding {
  const id = 'parallel.sandbox';
  if (version !== undefined) {
    const message = `bubblewrap ${version} is installed: agents ${wanted ? 'run in it' : 'can run in it with --sandbox'}`;
    return { id, status: 'pass', message, tickets: [] };
  }
  const message = wanted
    ? 'the configuration asks for a sandbox, and bubblewrap is not installed or may not be used: install it, or take the setting out'
    : 'no bubblewrap is installed: --sandbox cannot be used';
  return { id, status: wanted ? 'fail' : 'pass', message, tickets: [] };
}
