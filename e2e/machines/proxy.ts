import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way through the network of its own: what goes through it can be held up without an end of the connection. */
export interface Proxy {
  readonly port: number;
  /** Nothing gets through, in either direction, and nobody is told: as behind a network that is parted. */
  part(): void;
  /** What was held up goes on; new connections are made again. */
  heal(): void;
  /** Every connection ends. */
  reset(): void;
  close(): void;
}

/** A way to a port of 127.0.0.1. */
export async function openProxy(target: number): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let parted = false;
  const server: Server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (data) => void to.write(data));
      from.on('error', end);
      from.on('close', end);
    }
    if (parted) for (const socket of pair) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    part() {
      parted = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    heal() {
      parted = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    reset() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    close() {
      server.close();
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
  };
}
