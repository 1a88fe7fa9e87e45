// What it costs to have tickets worked on elsewhere, beside the same run on one machine; both in turn.
import type { Site } from '../../e2e/machines/site.ts';
import { percentile, secondsOf, withSite } from './with-site.ts';

const ROUNDS = 3;
const WRITE = 'mkdir -p out && echo "$SAGE_TICKET_ID" > "out/$SAGE_TICKET_ID.txt"';
/** A ticket that agents work on for five minutes. */
const LONG_TICKET_S = 300;

/** Tickets one after the other: each pays for its way there and back. */
export async function dispatch(): Promise<string[]> {
  const count = 10;
  const tickets = Array.from({ length: count }, (_, n) => ({
    id: `B-${n + 1}`,
    dependencies: n === 0 ? [] : [`B-${n}`],
  }));
  const agent = `sleep 1; ${WRITE}`;
  const rows: string[] = [];
  const costs: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const here = await withSite({ tickets, agent }, (site) =>
      secondsOf(site, count, '--agent-command', site.agent),
    );
    const there = await withSite({ tickets, agent, lease: 60 }, async (site) => {
      await site.startMachine('one');
      return secondsElsewhere(site, count);
    });
    const cost = (there - here) / count;
    costs.push(cost);
    rows.push(`| ${round} | ${here.toFixed(2)} s | ${there.toFixed(2)} s | ${cost.toFixed(2)} s |`);
  }
  const median = percentile(costs, 0.5);
  return [
    `${count} tickets of 1 s, one after the other`,
    '',
    '| round | one machine | one worker elsewhere | more for each ticket |',
    '|---|---|---|---|',
    ...rows,
    '',
    `of a ticket of 5 min: ${((100 * median) / LONG_TICKET_S).toFixed(2)} % (goal 2 %)`,
  ];
}

/** Three workers of one slot each beside one. */
export async function parallel(): Promise<string[]> {
  const count = 9;
  const tickets = Array.from({ length: count }, (_, n) => ({ id: `B-${n + 1}` }));
  const agent = `sleep 5; ${WRITE}`;
  const timed = (machines: readonly string[]) =>
    withSite({ tickets, agent, lease: 60 }, async (site) => {
      for (const name of machines) await site.startMachine(name);
      return secondsElsewhere(site, count);
    });
  const rows: string[] = [];
  for (let round = 1; round <= 2; round += 1) {
    const one = await timed(['one']);
    const three = await timed(['one', 'two', 'three']);
    rows.push(
      `| ${round} | ${one.toFixed(2)} s | ${three.toFixed(2)} s | ${(three / one).toFixed(3)} | 0.40 |`,
    );
  }
  return [
    `${count} tickets of 5 s`,
    '',
    '| round | 1 worker | 3 workers | ratio | goal |',
    '|---|---|---|---|---|',
    ...rows,
  ];
}

/** A broker that no worker has joined. */
export async function broker(): Promise<string[]> {
  const count = 9;
  const tickets = Array.from({ length: count }, (_, n) => ({ id: `B-${n + 1}` }));
  const agent = `sleep 5; ${WRITE}`;
  const rows: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const without = await withSite({ tickets, agent }, (site) =>
      secondsOf(site, count, '--parallel=1', '--agent-command', site.agent),
    );
    const having = await withSite({ tickets, agent }, (site) =>
      secondsOf(site, count, '--parallel=1', '--broker', site.broker, '--agent-command', site.agent),
    );
    rows.push(
      `| ${round} | ${without.toFixed(2)} s | ${having.toFixed(2)} s | ${(having / without).toFixed(3)} | 1.02 |`,
    );
  }
  return [
    `${count} tickets of 5 s, one worker`,
    '',
    '| round | no broker | a broker without workers | ratio | goal |',
    '|---|---|---|---|---|',
    ...rows,
  ];
}

function secondsElsewhere(site: Site, count: number): Promise<number> {
  const words = ['--broker', site.broker, '--lease', site.lease, '--agent-command', site.agent];
  return secondsOf(site, count, ...words);
}
