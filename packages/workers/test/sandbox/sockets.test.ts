import { expect, test } from 'vitest';
import { listeningSockets } from '../../src/sandbox/sockets.ts';
import { explainRefusedSocket } from '../../src/sandbox/refused-sockets.ts';
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
  const network = 'servers on this machine can be reached by network';
  const later = 'Unix sockets that are made while a command runs can be reached';
  expect(limitsOf({ sockets: true }, abstract)).toEqual([
    network,
    later,
    'abstract sockets can be reached: @/tmp/.X11-unix/X0',
  ]);
  expect(limitsOf({ sockets: true }, [])).toEqual([network, later]);
  expect(limitsOf({ sockets: true, network: false }, abstract)).toEqual([later]);
  expect(limitsOf({}, abstract)).toEqual([network]);
  expect(limitsOf({ network: false }, abstract)).toEqual([]);
});

test('a command that wanted a Unix socket is told so by what it printed', () => {
  const hint = 'a sandbox has no Unix sockets; for tools that need their own, set sandbox.sockets to true';
  const tsx = 'Error: listen EPERM: operation not permitted /tmp/tsx-1000/31.pipe';
  const python = 'PermissionError: [Errno 1] Operation not permitted: socket.socket(AF_UNIX)';
  for (const line of [tsx, python]) expect(explainRefusedSocket(['Error', line, 'at x'], {})).toBe(hint);
  expect(explainRefusedSocket(['chmod: Operation not permitted', 'listen EADDRINUSE'], {})).toBeUndefined();
  expect(explainRefusedSocket([tsx], { sockets: true })).toBeUndefined();
});
