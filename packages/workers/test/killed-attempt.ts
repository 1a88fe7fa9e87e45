import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '@sage/git';
import type { WorkRequest } from '../src/index.ts';

/** Runs an attempt in a process of its own, which is killed when the agent has printed `ready`. */
export async function killedInAttempt(
  { root }: Repository,
  cache: string,
  command: string,
  order: WorkRequest,
): Promise<void> {
  const script = join(import.meta.dirname, 'attempt-child.ts');
  const args = ['--conditions=@sage/source', script, root, command, JSON.stringify(order)];
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  const ended = once(child, 'exit');
  const output = join(root, '.sage/runs', order.run, order.ticket.id, '1/output.log');
  while (!existsSync(output) || !readFileSync(output, 'utf8').includes('ready'))
    await new Promise(setImmediate);
  child.kill('SIGKILL');
  await ended;
}
