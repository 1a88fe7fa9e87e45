/** Numbers of the kernel that differ from one architecture to the next. */
interface Calls {
  /** `AUDIT_ARCH_*` */
  readonly architecture: number;
  readonly socket: number;
  readonly socketpair: number;
}

const CALLS: Readonly<Record<string, Calls>> = {
  x64: { architecture: 0xc0_00_00_3e, socket: 41, socketpair: 53 },
  arm64: { architecture: 0xc0_00_00_b7, socket: 198, socketpair: 199 },
};

/** It makes sockets without a call of its own for each. */
const IO_URING_SETUP = 425;
/** Calls of the x32 ABI have this bit. */
const X32 = 0x40_00_00_00;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const SOCK_TYPE_MASK = 0xf;

const [EPERM, ENOSYS] = [1, 38];
const ALLOW = 0x7f_ff_00_00;
const ERRNO = 0x00_05_00_00;

/** Offsets in `struct seccomp_data`, whose arguments are 64 bits wide, the lower half first. */
const [NUMBER, ARCHITECTURE, FIRST, SECOND] = [0, 4, 16, 24];

/** Classic BPF. */
const [LOAD, EQUAL, AT_LEAST, AND, RETURN] = [0x20, 0x15, 0x35, 0x54, 0x06];

/** What an instruction jumps to: a label, or the next instruction. */
type Target = string | undefined;
type Instruction = readonly [code: number, value: number, then?: Target, otherwise?: Target];

/**
 * A filter of system calls under which no Unix socket is made, for bubblewrap's `--seccomp`; undefined where the kernel's
 * numbers are not known. A pair of sockets is allowed, as programs talk to their children by it, but not one of
 * datagrams: each half of that may send to anybody's address. Calls of another architecture have other numbers, and
 * fail.
 */
export function socketFilter(architecture: string): Uint8Array | undefined {
  const calls = CALLS[architecture];
  if (calls === undefined) return undefined;
  return assemble([
    { does: [LOAD, ARCHITECTURE] },
    { does: [EQUAL, calls.architecture, undefined, 'unknown'] },
    { does: [LOAD, NUMBER] },
    { does: [AT_LEAST, X32, 'unknown'] },
    { does: [EQUAL, IO_URING_SETUP, 'unknown'] },
    { does: [EQUAL, calls.socket, 'socket'] },
    { does: [EQUAL, calls.socketpair, 'pair', 'allow'] },
    { label: 'socket', does: [LOAD, FIRST] },
    { does: [EQUAL, AF_UNIX, 'refuse', 'allow'] },
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
