import { type Attack, reaches } from './attack.ts';

const UNSEEN = 'processes outside are not seen';
const NO_CAPABILITIES = 'nothing in the sandbox has capabilities';
/** Asks the kernel by number, with Perl. */
const call = (numbers: Readonly<Record<string, string>>) =>
  reaches(`perl -e 'exit(syscall(${numbers[process.arch] ?? '-1'}) >= 0 ? 0 : 1)'`);
const NO_SOCKETS = 'nothing in the sandbox can make a Unix socket';
const IN_NAMESPACES = 'mounts of another user namespace show no more than those outside of it';
/** Connects with Node, as not every machine has another client. */
const connect = (to: string) =>
  reaches(
    `"$ARENA_NODE" -e 'const s = require("net").connect(${to}); s.on("connect", () => process.exit(0)); s.on("error", () => process.exit(1)); setTimeout(() => process.exit(2), 2000)'`,
  );

export const PROCESSES: readonly Attack[] = [
  { name: 'signal a process outside', script: reaches('kill -0 $ARENA_PID'), because: UNSEEN },
  {
    name: 'see a process outside',
    script: reaches('test "$(cat /proc/$ARENA_PID/comm)" = sleep'),
    because: UNSEEN,
  },
  {
    name: 'capabilities',
    script: reaches('grep -E "^Cap(Eff|Prm|Inh|Amb):.*[1-9a-f]" /proc/self/status'),
    because: NO_CAPABILITIES,
    by: 'root',
  },
  {
    name: 'more rights by a setuid program',
    script: reaches('grep -E "^NoNewPrivs:.*0" /proc/self/status'),
    because: 'bubblewrap sets no_new_privs',
  },
  {
    name: 'mount the file system writable',
    script: reaches('mount -o remount,rw / && echo evil > "$HOME/outside/mark"'),
    because: NO_CAPABILITIES,
    uncontrolled: true,
  },
  {
    name: 'mount HOME writable',
    script: reaches('mount -o remount,bind,rw "$HOME"'),
    because: NO_CAPABILITIES,
    uncontrolled: true,
  },
  {
    name: 'mount over a folder',
    script: reaches('mount -t tmpfs none "$HOME/outside"'),
    because: NO_CAPABILITIES,
    uncontrolled: true,
  },
  {
    name: 'uncover what is hidden',
    script: reaches('umount "$HOME/.ssh"'),
    because: NO_CAPABILITIES,
    uncontrolled: true,
  },
  {
    name: 'mount in a user namespace',
    script: reaches(
      `unshare -Urm sh -c 'mount -o remount,bind,rw "$HOME" && echo evil > "$HOME/outside/mark"'`,
    ),
    because: 'mounts of another user namespace are locked',
    uncontrolled: true,
  },
  {
    name: 'uncover in a user namespace',
    script: reaches(`unshare -Urm sh -c 'umount -l "$HOME/.ssh" && cat "$HOME/.ssh/id_ed25519"'`),
    because: 'mounts of another user namespace are locked',
    uncontrolled: true,
  },
  {
    name: 'a bind mount in a user namespace',
    script: reaches(
      `unshare -Urm sh -c 'mkdir m && mount --rbind / m && mount -o remount,bind,rw m && echo evil > m$HOME/outside/mark'`,
    ),
    because: 'read-only mounts stay so',
    uncontrolled: true,
  },
  {
    name: 'make a device',
    script: reaches('mknod device b 8 0'),
    because: NO_CAPABILITIES,
    uncontrolled: true,
  },
  {
    name: 'open a disk',
    script: reaches('ls /dev | grep -E "^(sd|vd|nvme|xvd|mem|kmsg)"'),
    because: '/dev is its own',
    uncontrolled: true,
  },
  {
    name: 'enter the namespaces of another process',
    script: reaches('nsenter -t 1 -m true -t 1 -p'),
    because: NO_CAPABILITIES,
    uncontrolled: true,
  },
  { name: 'chroot', script: reaches('chroot / true'), because: NO_CAPABILITIES, uncontrolled: true },
  {
    name: 'set where the kernel dumps cores',
    script: reaches('cat /proc/sys/kernel/core_pattern > own && cat own > /proc/sys/kernel/core_pattern'),
    because: '/proc/sys is mounted read-only',
    uncontrolled: true,
  },
  {
    name: 'ask the kernel by sysrq',
    script: reaches('echo h > /proc/sysrq-trigger'),
    because: 'it is read-only',
    uncontrolled: true,
  },
  {
    name: 'change a control group',
    script: reaches('mkdir /sys/fs/cgroup/evil'),
    because: '/sys is read-only',
    uncontrolled: true,
  },
  {
    name: 'keys that the kernel keeps: the keyring of the session',
    script: call({ x64: '250, 0, -3, 1', arm64: '219, 0, -3, 1' }),
    because: 'its calls are refused',
  },
  {
    name: 'keys that the kernel keeps: the keyring of the user',
    script: call({ x64: '250, 0, -4, 1', arm64: '219, 0, -4, 1' }),
    because: 'its calls are refused',
  },
  {
    name: 'a new key that the kernel keeps',
    script: reaches(
      `perl -e '($type, $name, $key) = ("user", "sage-arena", "evil"); exit(syscall(${process.arch === 'arm64' ? 217 : 248}, $type, $name, $key, 4, -2) > 0 ? 0 : 1)'`,
    ),
    because: 'its calls are refused',
  },
  {
    name: 'a socket to the host of a virtual machine',
    script: reaches(`perl -e 'socket(S, 40, 1, 0) or exit 1'`),
    because: 'without network there are sockets of its own namespace only',
    offline: true,
    uncontrolled: true,
  },
  {
    name: 'a server by a ring of calls, which makes sockets past every filter',
    script: call({ x64: '425, 4, "\\0" x 120', arm64: '425, 4, "\\0" x 120' }),
    because: 'it is refused',
    uncontrolled: true,
  },
  {
    name: 'what whoever started Sage has open',
    script: reaches(
      `perl -e 'for my $fd (3 .. 1023) { exit 0 if open(my $in, "<&", $fd) || open(my $out, ">&", $fd) } exit 1'`,
    ),
    because: 'it is closed before',
    uncontrolled: true,
  },
  {
    name: 'the capabilities of the first process',
    script: reaches('grep -E "^Cap(Eff|Prm|Inh|Amb):.*[1-9a-f]" /proc/1/status'),
    because: NO_CAPABILITIES,
    uncontrolled: true,
  },
  {
    name: 'a new /proc, mounted in a user namespace',
    script: reaches(
      `unshare -Urmpf sh -c 'mount -t proc none /proc && cat /proc/sys/kernel/core_pattern > own && cat own > /proc/sys/kernel/core_pattern'`,
    ),
    because: IN_NAMESPACES,
    uncontrolled: true,
  },
  {
    name: 'a new /sys, mounted in a user namespace',
    script: `mkdir m; ${reaches(`unshare -Urmn sh -c 'mount -t sysfs none m && touch m/kernel/mm/transparent_hugepage/enabled'`)}`,
    because: IN_NAMESPACES,
    uncontrolled: true,
  },
  {
    name: 'a new folder of control groups, mounted in a user namespace',
    script: `mkdir m; ${reaches(`unshare -UrmC sh -c 'mount -t cgroup2 none m && mkdir m/evil && rmdir m/evil'`)}`,
    because: 'it shows its own group, which belongs to whoever started Sage',
    uncontrolled: true,
  },
  {
    name: 'what is hidden, through an overlay in a user namespace',
    script: `mkdir m up work; ${reaches(`unshare -Urm sh -c 'mount -t overlay -o lowerdir="$HOME",upperdir=up,workdir=work none m && cat m/.ssh/id_ed25519'`)}`,
    because: IN_NAMESPACES,
    uncontrolled: true,
  },
  {
    name: 'type on the terminal of the user',
    script: reaches('echo evil > /dev/tty'),
    because: 'it has no terminal',
    uncontrolled: true,
  },
  {
    name: "the system's log",
    script: connect('"/dev/log"'),
    because: '/dev is its own',
    uncontrolled: true,
  },
  {
    name: 'outlive the attempt',
    // It has had its time when it has begun, or cannot.
    script: `(setsid env -i sh -c 'echo > begun; while test -d "\${0%/*}"; do echo evil > "$0"; sleep 0.05; done' "$HOME/outside/mark" > /dev/null 2>&1 &)
      until test -e begun && { test -e "$HOME/outside/mark" || ! touch "$HOME/outside/touched"; }; do sleep 0.05; done; echo x > x`,
    because: 'everything ends with the sandbox, and cannot write there',
  },
  {
    name: 'a socket below HOME',
    script: connect('process.env.HOME + "/service.sock"'),
    because: NO_SOCKETS,
  },
  {
    name: 'a socket that was bound by a relative path',
    script: connect('process.env.HOME + "/relative.sock"'),
    because: NO_SOCKETS,
  },
  {
    name: 'a socket in the folder of the session',
    script: connect('process.env.ARENA_TMP + "/session.sock"'),
    because: NO_SOCKETS,
  },
  {
    name: 'an abstract socket',
    script: connect('"\\0" + process.env.ARENA_ABSTRACT'),
    because: NO_SOCKETS,
  },
  {
    name: 'a socket that is made while it runs',
    // Named by the time in milliseconds.
    script: `export LATER; start=$(date +%s%3N)
      for i in $(seq 100); do
        for s in "$HOME"/.cache/later/*.sock; do n=\${s##*/}; test "\${n%.sock}" -gt "$start" && LATER=$s; done
        test -n "$LATER" && break; sleep 0.1
      done
      ${connect('process.env.LATER')}`,
    because: NO_SOCKETS,
  },
  {
    name: 'a server of this machine',
    script: connect('+process.env.ARENA_PORT, "127.0.0.1"'),
    because: 'the network namespace is its own',
    offline: true,
  },
  {
    name: 'the agent of ssh',
    script: reaches('test -n "$SSH_AUTH_SOCK"'),
    because: 'its variable does not pass, with or without a sandbox',
    uncontrolled: true,
  },
  {
    name: 'the bus of the session',
    script: reaches(
      'test -S "/run/user/$(id -u)/bus" || test -S /run/dbus/system_bus_socket || test -S /run/docker.sock',
    ),
    because: '/run is empty',
    uncontrolled: true,
  },
];
