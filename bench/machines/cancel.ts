// From `sage stop TICKET` until its agent on another machine has heard of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile, withSite } from './with-site.ts';

const TICKETS = 40;
const SLOTS = 8;
/** It says when it hears of it, and ends: no grace is needed. */
const AGENT = `cat > /dev/null
trap 'date +%s%3N > "$SITE/ended-$SAGE_TICKET_ID"; exit 1' TERM
echo > "$SITE/began-$SAGE_TICKET_ID"
sleep 1000 & wait`;

export async function cancel(): Promise<string[]> {
  const tickets = Array.from({ length: TICKETS }, (_, n) => ({ id: `B-${n + 1}` }));
  return withSite({ tickets, agent: AGENT, lease: 60 }, async (site) => {
    await site.startMachine('one', SLOTS);
    const running = site.startRun();
    const read = (name: string): string | undefined => {
      try {
        return readFileSync(join(site.folder, name), 'utf8');
      } catch {
        return undefined;
      }
    };
    const taken: number[] = [];
    const left = new Set(tickets.map(({ id }) => id));
    while (left.size > 0) {
      const id = [...left].find((each) => read(`began-${each}`) !== undefined);
      if (id === undefined) {
        await delay(50);
        continue;
      }
      left.delete(id);
      const asked = Date.now();
      await site.sandbox.sage('skip', id);
      let ended: string | undefined;
      while (!(ended = read(`ended-${id}`))) await delay(50);
      taken.push(Number(ended) - asked);
    }
    running.kill('SIGKILL');
    const seconds = (part: number) => `${(percentile(taken, part) / 1000).toFixed(2)} s`;
    return [
      `${TICKETS} agents of ${SLOTS} slots, one after the other; the command itself is part of it`,
      '',
      '| median | p95 | longest | goal (p95) |',
      '|---|---|---|---|',
      `| ${seconds(0.5)} | ${seconds(0.95)} | ${seconds(1)} | 0.50 s |`,
    ];
  });
}
