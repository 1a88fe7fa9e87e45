// How long it takes until a run notices that a worker was killed, with the lease that there is by default.
import { setTimeout as delay } from 'node:timers/promises';
import { parseEvents } from '../../e2e/sandbox.ts';
import { journaled } from '../../e2e/machines/site.ts';
import { percentile, withSite } from './with-site.ts';

const LEASE_S = 60;
const MACHINES = 8;

export async function loss(): Promise<string[]> {
  const names = Array.from({ length: MACHINES }, (_, n) => `m${n + 1}`);
  const tickets = names.map((_, n) => ({ id: `B-${n + 1}` }));
  return withSite({ tickets, agent: 'sleep 1000', lease: LEASE_S }, async (site) => {
    for (const name of names) await site.startMachine(name);
    const running = site.startRun();
    const events = () => parseEvents(journaled(site).replace(/[^\n]*$/, ''));
    const started = () => events().filter(({ event }) => event === 'attempt.dispatched').length;
    while (started() < MACHINES) await delay(200);
    await delay(3_000);
    // At different moments between two renewals.
    const killed: number[] = [];
    for (const machine of site.machines) {
      await delay(2_500);
      killed.push(Date.now());
      machine.process.kill('SIGKILL');
    }
    const lost = () =>
      events().filter(({ event, outcome }) => event === 'attempt.finished' && outcome === 'interrupted');
    while (lost().length < MACHINES) await delay(500);
    running.kill('SIGKILL');
    // Which ticket each had is said by what is journaled.
    const byWorker = new Map(names.map((name, n) => [name, killed[n] ?? 0]));
    const seconds = lost().flatMap(({ time, reason }) => {
      const name = /worker (\S+) is gone/.exec(String(reason))?.[1] ?? '';
      const at = byWorker.get(name);
      return at === undefined ? [] : [(Date.parse(time) - at) / 1000];
    });
    return [
      `${seconds.length} workers killed, lease ${LEASE_S} s, goal ${1.5 * LEASE_S} s`,
      '',
      '| median | longest |',
      '|---|---|',
      `| ${percentile(seconds, 0.5).toFixed(1)} s | ${percentile(seconds, 1).toFixed(1)} s |`,
    ];
  });
}
