import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasRedis } from '@sage/test-support/redis';
import { describe, expect, test } from 'vitest';
import { inspect } from './machines/inspect.ts';
import { journaled, Site } from './machines/site.ts';
import { killedAtStep } from './machines/steps.ts';
import { parseEvents } from './sandbox.ts';

const IDS = ['M-1', 'M-2', 'M-3', 'M-4', 'M-5', 'M-6'];
const TICKETS = IDS.map((id, index) => ({ id, dependencies: index < 3 ? [] : [IDS[index - 3] ?? ''] }));
const WRITE = 'cat > /dev/null; mkdir -p out; echo "$SAGE_TICKET_ID" > "out/$SAGE_TICKET_ID.txt"';
/** Waits until the test opens the gate. */
const GATED = `cat > /dev/null; until test -e "$SITE/gate"; do test -d "$SITE" || exit 1; sleep 0.05; done; ${WRITE}`;

async function until(look: () => boolean): Promise<void> {
  while (!look()) await delay(20);
}

describe.skipIf(!hasRedis).concurrent('sage on several machines (Redis)', () => {
  test('a backlog is done by two workers, and nothing is left', async ({ onTestFinished }) => {
    const site = await Site.open({ tickets: TICKETS, agent: WRITE, onTestFinished });
    const one = await site.startMachine('one', 2);
    const two = await site.startMachine('two');
    const listed = await site.sandbox.start(['workers', '--broker', site.broker, '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      v: 1,
      workers: [{ description: { name: 'one', slots: 2 } }, { description: { name: 'two', slots: 1 } }],
    });
    const run = await site.finish();
    expect([run.exitCode, run.stderr.includes('internal error')]).toEqual([0, false]);
    expect(await inspect(site, IDS)).toEqual([]);
    expect(site.remoteRefs()).toBe('');
    expect(`${one.said}${two.said}`.match(/: completed/g)).toHaveLength(IDS.length);
  });

  test('kill -9 of a worker and of the coordinator: agents go on, nothing is lost or twice', async ({
    onTestFinished,
  }) => {
    const site = await Site.open({ tickets: TICKETS, agent: GATED, lease: 10, onTestFinished });
    const one = await site.startMachine('one', 2);
    const two = await site.startMachine('two', 2);
    const running = site.startRun();
    await until(() => `${one.said}${two.said}`.match(/attempt 1 of run/g)?.length === 3);
    running.kill('SIGKILL');
    await running;
    one.process.kill('SIGKILL');
    await site.sandbox.write('../gate', '');
    const resumed = await site.finish();
    expect([resumed.exitCode, resumed.stderr.includes('internal error')]).toEqual([0, false]);
    expect(await inspect(site, IDS)).toEqual([]);
    expect(site.remoteRefs()).toBe('');
    // What ran on the machine that lived was not begun again.
    const sent = [...journaled(site).matchAll(/"attempt\.dispatched","ticket":"([^"]+)"/g)].map(
      ([, id]) => id,
    );
    const begun = [...two.said.matchAll(/(M-[123]): attempt 1 of run/g)].map(([, id]) => id);
    expect(begun.length).toBeGreaterThan(0);
    for (const id of begun.slice(0, 1)) expect(sent.filter((each) => each === id)).toHaveLength(1);
  });

  test('Ctrl-C ends agents on other machines, keeps what they did, and --resume goes on', async ({
    onTestFinished,
  }) => {
    const site = await Site.open({
      tickets: TICKETS.slice(0, 2),
      agent: `cat > /dev/null; mkdir -p out; echo half > out/half.txt; touch "$SITE/began-$SAGE_TICKET_ID"; test -e "$SITE/gate" || sleep 600; rm out/half.txt; ${WRITE}`,
      onTestFinished,
    });
    await site.startMachine('one', 2);
    const running = site.startRun();
    await until(() => ['M-1', 'M-2'].every((id) => existsSync(join(site.folder, `began-${id}`))));
    running.kill('SIGINT');
    const stopped = await running;
    expect(stopped.exitCode).toBe(130);
    expect(site.agentsLeft()).toEqual([]);
    expect(site.sandbox.git('show', 'refs/sage/interrupted/M-1:out/half.txt')).toBe('half');
    await site.sandbox.write('../gate', '');
    expect((await site.finish()).exitCode).toBe(0);
    expect(await inspect(site, ['M-1', 'M-2'])).toEqual([]);
  });

  test('sage abandon ends what a killed run has on other machines, and leaves nothing on the remote', async ({
    onTestFinished,
  }) => {
    const site = await Site.open({
      tickets: TICKETS.slice(0, 4),
      agent: `${WRITE}; touch "$SITE/began-$SAGE_TICKET_ID"; test "$SAGE_TICKET_ID" = M-1 || sleep 600`,
      onTestFinished,
    });
    const one = await site.startMachine('one', 2);
    const running = site.startRun();
    await until(() => existsSync(join(site.folder, 'began-M-3')));
    running.kill('SIGKILL');
    await running;
    const run = parseEvents(journaled(site).split('\n')[0] ?? '')[0]?.run ?? '';
    const abandoned = await site.sandbox.sage('abandon', run);
    expect([abandoned.exitCode, abandoned.stdout]).toEqual([
      0,
      `run ${run} is abandoned: the next sage stream starts a new one`,
    ]);
    await until(() => /M-2: .*[^]*M-3: (?!attempt 1 of)/.test(one.said));
    expect(site.agentsLeft()).toEqual([]);
    expect(site.remoteRefs()).toBe('');
    expect((await site.sandbox.sage('status')).stdout).not.toContain('interrupted');
  });

  // One step of each part of an attempt; the campaign has them all.
  test.for([4, 6])(
    'a coordinator that is killed after %i events is resumed',
    async (step, { onTestFinished }) => {
      const { event, wrong } = await killedAtStep(step, onTestFinished);
      expect([event !== undefined, wrong]).toEqual([true, []]);
    },
  );
});
