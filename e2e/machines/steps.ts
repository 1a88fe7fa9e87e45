import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from './inspect.ts';
import { journaled, Site } from './site.ts';

const IDS = ['M-1', 'M-2'];
const TICKETS = [{ id: 'M-1' }, { id: 'M-2', dependencies: ['M-1'] }];
const AGENT = 'cat > /dev/null; mkdir -p out; echo "$SAGE_TICKET_ID" > "out/$SAGE_TICKET_ID.txt"';

export interface Step {
  /** The event after which the coordinator was killed; undefined where the run was over before there were so many. */
  readonly event: string | undefined;
  readonly wrong: readonly string[];
}

/** A run of two tickets whose coordinator is killed as soon as its journal has `step` events, and is then resumed. */
export async function killedAtStep(
  step: number,
  onTestFinished: (clean: () => Promise<void> | void) => void,
): Promise<Step> {
  const site = await Site.open({ tickets: TICKETS, agent: AGENT, onTestFinished });
  await site.startMachine('one');
  const running = site.startRun();
  const over = running.then(() => true);
  while (eventsOf(site).length < step && !(await Promise.race([over, delay(1, false)])));
  running.kill('SIGKILL');
  await running;
  const events = eventsOf(site);
  const event = events.length < step ? undefined : events.at(-1);
  const wrong: string[] = [];
  const resumed = await site.finish();
  const isOver = resumed.stderr.includes('no run on this branch was interrupted');
  if (resumed.exitCode !== 0 && !isOver) wrong.push(`exit ${resumed.exitCode}: ${resumed.stderr}`);
  wrong.push(...(await inspect(site, IDS)));
  if (site.remoteRefs() !== '') wrong.push(`left on the remote: ${site.remoteRefs()}`);
  return { event, wrong };
}

function eventsOf(site: Site): string[] {
  return [...journaled(site).matchAll(/"event":"([^"]+)".*\n/g)].map(([, name]) => name ?? '');
}
