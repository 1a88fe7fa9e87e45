import { expect, test } from 'vitest';
import { listeningSockets } from '../../src/sandbox/sockets.ts';
import { sandboxLimits } from '../../src/sandbox/sandbox-limits.ts';

const TABLE = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 20834 /run/dbus/system_bus_socket
0000000000000000: 00000003 00000000 00000000 0001 03 20001 /run/dbus/system_bus_socket
0000000000000000: 00000002 00000000 00010000 0001 01 20835 /home/una/my service.sock
0000000000000000: 00000002 00000000 00010000 0001 01 20836 @/tmp/.X11-unix/X0
0000000000000000: 00000002 00000000 00000000 0002 01 20837
`;

test('who listens is read from the table of the kernel: files, and names without one', () => {
  expect(listeningSockets(TABLE)).toEqual({
    paths: ['/run/dbus/system_bus_socket', '/home/una/my service.sock'],
    abstract: ['@/tmp/.X11-unix/X0'],
  });
  expect(listeningSockets('')).toEqual({ paths: [], abstract: [] });
});

test('what a sandbox leaves within reach is said, and nothing without network', () => {
  const sockets = listeningSockets(TABLE);
  expect(sandboxLimits({}, sockets)).toEqual([
    'servers on this machine can be reached by network',
    'so can abstract sockets: @/tmp/.X11-unix/X0',
  ]);
  expect(sandboxLimits({ network: false }, sockets)).toEqual([]);
});
