import type { SandboxSettings } from './sandbox-settings.ts';
import { allowsSockets } from './allowed-sockets.ts';

/** Kernel constants that differ between architectures. */
interface Calls {
  /** `AUDIT_ARCH_*` */
  readonly architecture: number;
  readonly socket: number;
  readonly socketpair: number;
  /** The first of `add_key`, `request_key` and `keyctl`, which have consecutive numbers. */
  readonly keys: number;
  /** The 32-bit architecture that also runs here. */
  readonly small: { readonly architecture: number; readonly keys: number };
}

const CALLS: Readonly<Record<string, Calls>> = {
  x64: {
    architecture: 0xc0_00_00_3e,
    socket: 41,
    socketpair: 53,
    keys: 248,
    small: { architecture: 0x40_00_00_03, keys: 286 },
  },
  arm64: {
    architecture: 0xc0_00_00_b7,
    socket: 198,
    socketpair: 199,
    keys: 217,
    small: { architecture: 0x40_00_00_28, keys: 309 },
  },
};

/** It can create sockets without a separate system call for each. */
const IO_URING_SETUP = 425;
/** System calls of the x32 ABI have this bit set. */
const X32 = 0x40_00_00_00;
const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16];
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const SOCK_TYPE_MASK = 0xf;

const [EPERM, ENOSYS] = [1, 38];
const ALLOW = 0x7f_ff_00_00;
const ERRNO = 0x00_05_00_00;

/** Offsets in `struct seccomp_data`. Arguments are 64 bits wide, the lower half first. */
const [NUMBER, ARCHITECTURE, FIRST, SECOND] = [0, 4, 16, 24];

/** Classic BPF. */
const [LOAD, EQUAL, AT_LEAST, AND, RETURN] = [0x20, 0x15, 0x35, 0x54, 0x06];

/** A jump target: a label, or undefined for the next instruction. */
type Target = string | undefined;
type Instruction = readonly [code: number, value: number, then?: Target, otherwise?: Target];

/**
 * A system call filter for bubblewrap's `--seccomp`; undefined if the kernel's numbers are unknown. It refuses access
 * to keys that the kernel holds for the user (logins, disk keys), because no namespace hides them from root. Without
 * network, it refuses socket families that a network namespace does not confine, such as those to the host of a
 * virtual machine. Unless Unix sockets are allowed, it refuses to create any. Socket pairs are still allowed, because
 * programs use them to talk to their children, but not pairs of datagram sockets, which can send to any address.
 */
export function callFilter(architecture: string, settings: SandboxSettings): Uint8Array | undefined {
  const calls = CALLS[architecture];
  if (calls === undefined) return undefined;
  const { small } = calls;
  const { network = true } = settings;
  const unix = allowsSockets(settings);
  const families = [...(unix ? [AF_UNIX] : []), AF_INET, AF_INET6, AF_NETLINK];
  const isStrict = !network || !unix;
  return assemble([
    { does: [LOAD, ARCHITECTURE] },
    { does: [EQUAL, calls.architecture, 'own'] },
    // Its socket calls pass their arguments in memory, which a filter cannot read.
    { does: [EQUAL, small.architecture, isStrict ? 'unknown' : undefined, 'unknown'] },
    { does: [LOAD, NUMBER] },
    { does: [AT_LEAST, small.keys + 3, 'allow'] },
    { does: [AT_LEAST, small.keys, 'unknown', 'allow'] },
    { label: 'own', does: [LOAD, NUMBER] },
    { does: [AT_LEAST, X32, 'unknown'] },
    ...(isStrict ? [{ does: [EQUAL, IO_URING_SETUP, 'unknown'] as const }] : []),
    ...(isStrict ? [{ does: [EQUAL, calls.socket, 'socket'] as const }] : []),
    ...(unix ? [] : [{ does: [EQUAL, calls.socketpair, 'pair'] as const }]),
    { does: [AT_LEAST, calls.keys + 3, 'allow'] },
    { does: [AT_LEAST, calls.keys, 'unknown', 'allow'] },
    { label: 'socket', does: [LOAD, FIRST] },
    ...(network ? [{ does: [EQUAL, AF_UNIX, 'refuse', 'allow'] as const }] : []),
    ...families.map((family) => ({ does: [EQUAL, family, 'allow'] as const })),
    { does: [RETURN, ERRNO | EPERM] },
    { label: 'pair', does: [LOAD, SECOND] },
    { does: [AND, SOCK_TYPE_MASK] },
    { does: [EQUAL, SOCK_STREAM, 'allow'] },
    { does: [EQUAL, SOCK_SEQPACKET, 'allow', 'refuse'] },
    { label: 'allow', does: [RETURN, ALLOW] },
    { label: 'refuse', does: [RETURN, ERRNO | EPERM] },
    { label: 'unknown', does: [RETURN, ERRNO | ENOSYS] },
  ]);
}

function assemble(lines: readonly { readonly label?: string; readonly does: Instruction }[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(lines.length * 8));
  const distance = (at: number, target: Target) =>
    target === undefined ? 0 : lines.findIndex(({ label }) => label === target) - at - 1;
  for (const [at, { does }] of lines.entries()) {
    const [code, value, then, otherwise] = does;
    bytes.setUint16(at * 8, code, true);
    bytes.setUint8(at * 8 + 2, distance(at, then));
    bytes.setUint8(at * 8 + 3, distance(at, otherwise));
    bytes.setUint32(at * 8 + 4, value, true);
  }
  return new Uint8Array(bytes.buffer);
}
