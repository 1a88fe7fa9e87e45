import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { hasRedis, startRedis } from '@sage/test-support/redis';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openBroker } from '../src/broker/broker.ts';
import { JobWatch } from '../src/coordinator/job-watch.ts';

describe.skipIf(!hasRedis)('a broker (Redis)', () => {
  test('a queue that is opened while the broker is away is there when that is back; closing ends all connections', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const broker = await openBroker(server.address);
    onTestFinished(() => broker.close());
    const lost = once(broker.redis, 'reconnecting');
    await server.stop();
    const opening = JobWatch.open(broker, 'attempts', 60_000);
    opening.catch(() => {});
    await lost;
    await server.start();
    const jobs = await opening;
    expect(await jobs.find('run.A-1.1')).toBeUndefined();

    jobs.close();
    await broker.close();
    const own = new Redis(server.address);
    onTestFinished(() => own.disconnect());
    const connections = async () =>
      String(await own.client('LIST'))
        .trim()
        .split('\n').length;
    while ((await connections()) > 1) await new Promise(setImmediate);
    expect(await connections()).toBe(1);
  });

  test('one that goes away between two connections cannot be used, and is said so', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    let connections = 0;
    const way = createServer((near) => {
      connections += 1;
      if (connections > 1) return void near.destroy();
      const far = connect(Number(new URL(server.address).port), '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void way.close());
    const { port } = way.address() as AddressInfo;
    await expect(openBroker(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'NO_BROKER',
      message: expect.stringMatching(/cannot be used: .*; start it, or correct --broker$/),
    });
  });
});
