// Run by tests as a process of its own: `process-child.ts lock|queue|add DIRECTORY [...]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock, openCommitQueue } from '../src/index.ts';

const [mode = '', directory = '', ...rest] = process.argv.slice(2);

if (mode === 'hold') {
  await acquireLock(directory, { timeout: 0, purpose: 'to be killed' });
  process.stdout.write('held\n');
  setInterval(() => undefined, 60_000);
}

if (mode === 'count') {
  const file = join(directory, 'counter');
  for (let n = 0; n < Number(rest[0]); n += 1) {
    await using lock = await acquireLock(directory, { timeout: 60_000 });
    const value = Number(readFileSync(file, 'utf8'));
    // Room for others to come in between, were they let.
    await lock.assertHeld();
    writeFileSync(file, String(value + 1));
  }
}

if (mode === 'queue') {
  const queue = await openCommitQueue({
    repository: directory,
    managedFiles: () => [{ path: 'log.txt', edit: (text) => `${text}+` }],
    onStep: (step) => {
      process.stdout.write(`${step}\n`);
      if (step === process.env['KILL_AT']) process.kill(process.pid, 'SIGKILL');
    },
  });
  process.stdout.write('ready\n');
  for await (const _ of queue.process());
}

if (mode === 'add') {
  const [ticket = '', base = '', ...commits] = rest;
  const queue = await openCommitQueue({ repository: directory });
  for (const commit of commits) {
    await queue.enqueue({ ticket, target: 'refs/heads/main', message: ticket, base, commit });
  }
}

if (mode === 'land') {
  const [base, commit] = rest;
  const queue = await openCommitQueue({ repository: directory, lockTimeout: 0 });
  if (base !== undefined && commit !== undefined)
    await queue.enqueue({ ticket: 'T', target: 'refs/heads/main', message: 'feat: T', base, commit });
  const queued = readFileSync(join(directory, '.sage/commit-queue/00000001.json'), 'utf8');
  const states: string[] = [];
  for await (const { state } of queue.process()) states.push(state);
  process.stdout.write(JSON.stringify({ queued, states }));
}
