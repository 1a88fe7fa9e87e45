import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { guardTerminal } from './terminal-guard.ts';

const SCRIPT = '"$1" "$2" logs -C "$3" "$4" 2>&1 | ${PAGER:-less -R}';

/** Shows the log of a ticket's agent so far in the user's pager. */
export async function showLog(directory: string, ticket: string): Promise<void> {
  const guard = guardTerminal('sane');
  await guard.ready;
  const args = [process.execPath, process.argv[1] ?? 'sage', directory, ticket];
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...args], { stdio: 'inherit' });
  await once(child, 'close').catch(() => {});
  await guard.end();
}
