// Many workers and a large backlog: what the coordinator needs. Workers are simulated, landings are real.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSite } from './with-site.ts';

const WORKERS = Number(process.env['SAGE_BENCH_WORKERS'] ?? 1_000);
const TICKETS = Number(process.env['SAGE_BENCH_TICKETS'] ?? 10_000);
const SECONDS = Number(process.env['SAGE_BENCH_SECONDS'] ?? 20);

export async function thousand(): Promise<string[]> {
  const tickets = Array.from({ length: TICKETS }, (_, n) => ({ id: `B-${n + 1}` }));
  return withSite({ tickets, agent: 'false', lease: 60 }, async (site) => {
    const script = join(import.meta.dirname, 'simulated-workers.ts');
    const bare = join(site.folder, 'server/remote.git');
    const words = ['--conditions=@sage/source', '--import', import.meta.resolve('tsx'), script];
    words.push(site.redis.address, bare, String(WORKERS), String(SECONDS), 'command');
    const workers = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await once(workers.stdout, 'data');
      const started = performance.now();
      const running = site.startRun();
      let resident = 0;
      let peak = 0;
      const look = setInterval(() => {
        const status = read(`/proc/${running.pid}/status`);
        resident = megabytes(status, 'VmRSS') || resident;
        peak = Math.max(peak, megabytes(status, 'VmHWM'));
      }, 2_000);
      const { exitCode, stderr } = await running;
      clearInterval(look);
      const seconds = (performance.now() - started) / 1000;
      const landed = site.sandbox.landings().length;
      if (exitCode !== 0 || landed !== TICKETS)
        throw new Error(`exit ${exitCode}, ${landed} of ${TICKETS} landed: ${stderr.slice(-2_000)}`);
      return [
        `${WORKERS} workers, ${TICKETS} tickets of ${SECONDS / 2} to ${1.5 * SECONDS} s`,
        '',
        '| landed | seconds | landed/s | coordinator at its end | at most | goal |',
        '|---|---|---|---|---|---|',
        `| ${landed} | ${seconds.toFixed(0)} | ${(landed / seconds).toFixed(1)} | ${resident.toFixed(0)} MB | ${peak.toFixed(0)} MB | 300 MB |`,
      ];
    } finally {
      workers.kill('SIGKILL');
    }
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function megabytes(status: string, field: string): number {
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
}
