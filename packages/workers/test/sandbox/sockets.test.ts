import { expect, test } from 'vitest';
import { listeningSockets } from '../../src/sandbox/sockets.ts';
import { limitsOf } from '../../src/sandbox/sandbox-limits.ts';

const TABLE = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 20834 /run/dbus/system_bus_socket
0000000000000000: 00000003 00000000 00000000 0001 03 20001 /run/dbus/system_bus_socket
0000000000000000: 00000002 00000000 00010000 0001 01 20835 /home/una/my service.sock
0000000000000000: 00000002 00000000 00010000 0001 01 20836 @/tmp/.X11-unix/X0
0000000000000000: 00000002 00000000 00000000 0002 01 20837
0000000000000000: 00000002 00000000 00000000 0002 01 20838 /home/una/log
`;

test('who waits for others is read from the table of the kernel: files, and names without one', () => {
  expect(listeningSockets(TABLE)).toEqual({
    paths: ['/run/dbus/system_bus_socket', '/home/una/my service.sock', '/home/una/log'],
    abstract: ['@/tmp/.X11-unix/X0'],
  });
  expect(listeningSockets('')).toEqual({ paths: [], abstract: [] });
});

test('what a sandbox leaves within reach is said, and nothing without network', () => {
  const { abstract } = listeningSockets(TABLE);
  expect(limitsOf({}, abstract)).toEqual([
    'servers on this machine can be reached by network',
    'so can abstract sockets: @/tmp/.X11-unix/X0',
  ]);
  expect(limitsOf({}, [])).toEqual(['servers on this machine can be reached by network']);
  expect(limitsOf({ sockets: false }, abstract)).toEqual([
    'servers on this machine can be reached by network',
  ]);
  expect(limitsOf({ network: false }, abstract)).toEqual([]);
});
