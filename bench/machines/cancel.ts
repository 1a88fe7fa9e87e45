// From Ctrl-C on the coordinator, and from `sage skip TICKET`, until agents on another machine have heard of it.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Site } from '../../e2e/machines/site.ts';
import { percentile, withSite } from './with-site.ts';

const AGENTS = 8;
const ROUNDS = 5;
/** It says when it hears of it, and ends: no grace is needed. */
const AGENT = `cat > /dev/null
trap 'date +%s%3N > "$SITE/ended-$SAGE_TICKET_ID"; exit 1' TERM
echo > "$SITE/began-$SAGE_TICKET_ID"
sleep 1000 & wait`;

export async function cancel(): Promise<string[]> {
  const row = (what: string, taken: readonly number[]) => {
    const seconds = (part: number) => `${(percentile(taken, part) / 1000).toFixed(2)} s`;
    return `| ${what} | ${taken.length} | ${seconds(0.5)} | ${seconds(0.95)} | ${seconds(1)} |`;
  };
  return [
    `${AGENTS} agents at a time on one worker; the goal is a p95 of 0.50 s`,
    '',
    '| | agents | median | p95 | longest |',
    '|---|---|---|---|---|',
    row('Ctrl-C', await withSite(backlog(AGENTS), byInterrupt)),
    row('`sage skip`, the command itself included', await withSite(backlog(AGENTS * ROUNDS), bySkipping)),
  ];
}

function backlog(count: number) {
  const tickets = Array.from({ length: count }, (_, n) => ({ id: `B-${n + 1}` }));
  return { tickets, agent: AGENT, lease: 60 };
}

async function byInterrupt(site: Site): Promise<number[]> {
  await site.startMachine('one', AGENTS);
  const taken: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const running = site.startRun();
    while (idsOf(site, 'began').length < AGENTS) await delay(50);
    const asked = Date.now();
    running.kill('SIGINT');
    await running;
    for (const id of idsOf(site, 'ended')) {
      taken.push(Number(readFileSync(join(site.folder, `ended-${id}`), 'utf8')) - asked);
      for (const what of ['began', 'ended']) rmSync(join(site.folder, `${what}-${id}`));
    }
  }
  return taken;
}

async function bySkipping(site: Site): Promise<number[]> {
  await site.startMachine('one', AGENTS);
  const running = site.startRun();
  const taken: number[] = [];
  const seen = new Set<string>();
  while (seen.size < AGENTS * ROUNDS) {
    const id = idsOf(site, 'began').find((each) => !seen.has(each));
    if (id === undefined) {
      await delay(50);
      continue;
    }
    seen.add(id);
    const asked = Date.now();
    await site.sandbox.sage('skip', id);
    while (!idsOf(site, 'ended').includes(id)) await delay(50);
    taken.push(Number(readFileSync(join(site.folder, `ended-${id}`), 'utf8')) - asked);
  }
  running.kill('SIGKILL');
  return taken;
}

/** Tickets whose agents have said so. */
function idsOf(site: Site, what: 'began' | 'ended'): string[] {
  return Array.from({ length: AGENTS * ROUNDS }, (_, n) => `B-${n + 1}`).filter((id) => {
    try {
      return readFileSync(join(site.folder, `${what}-${id}`), 'utf8') !== '';
    } catch {
      return false;
    }
  });
}
