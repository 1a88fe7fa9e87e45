import { type Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

/** Each agent waits until its gate is opened; it ends by itself when the test is over. */
export function gated(sandbox: Sandbox): string {
  return `until test -f '${sandbox.root}/../open-'"$SAGE_TICKET_ID"; do test -d '${sandbox.root}' || exit 1; sleep 0.02; done; ${WRITE_OWN_FILE}`;
}

export async function open(sandbox: Sandbox, ...ids: string[]): Promise<void> {
  for (const id of ids) await sandbox.write(`../open-${id}`, '');
}

/** Tickets in the order in which they landed. */
export const landed = (sandbox: Sandbox) => sandbox.landings().map(({ ticket }) => ticket);
