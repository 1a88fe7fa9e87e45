import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@sage/test-support/free-port';

const SSHD = '/usr/sbin/sshd';

/** Whether there are an ssh server and its client. */
export const hasSsh = existsSync(SSHD) && existsSync('/usr/bin/ssh') && existsSync('/usr/bin/ssh-keygen');

/** An ssh server on 127.0.0.1 that lets this user in by a key of its own, and a folder whose `ssh` connects to it alone. */
export interface SshServer {
  /** Before the folders of PATH. */
  readonly bin: string;
  /** Drops all connections; new ones are taken again. */
  drop(): void;
  close(): void;
}

/** `home`: HOME of who logs in; `programs`: the folder of commands beside those of the system. */
export async function startSshServer(
  folder: string,
  { home, programs }: { readonly home: string; readonly programs: string },
): Promise<SshServer> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  for (const name of ['host_key', 'user_key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path(name)]);
  const port = await freePort();
  const authorized = path('authorized_keys');
  execFileSync('cp', [path('user_key.pub'), authorized]);
  writeFileSync(
    path('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${path('host_key')}`,
      `AuthorizedKeysFile ${authorized}`,
      `PidFile ${path('sshd.pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      `SetEnv HOME=${home} PATH=${programs}:/usr/bin:/bin`,
      '',
    ].join('\n'),
  );
  // Where the system keeps it: sshd asks for it when it is started by root.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const server = spawn(SSHD, ['-D', '-e', '-f', path('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    server.stderr.on('data', (chunk: Buffer) => {
      said += String(chunk);
      if (said.includes('Server listening')) resolve();
    });
    server.once('exit', () => reject(new Error(`sshd has ended: ${said}`)));
  });
  writeFileSync(
    path('ssh_config'),
    [
      'Host *',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  IdentityFile ${path('user_key')}`,
      '  IdentitiesOnly yes',
      '  StrictHostKeyChecking no',
      `  UserKnownHostsFile ${path('known_hosts')}`,
      '  LogLevel ERROR',
      '',
    ].join('\n'),
  );
  const bin = path('bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${path('ssh_config')}' "$@"\n`);
  chmodSync(join(bin, 'ssh'), 0o755);
  return {
    bin,
    drop() {
      for (const pid of childrenOf(server.pid ?? 0)) process.kill(pid, 'SIGKILL');
    },
    close() {
      for (const pid of [...childrenOf(server.pid ?? 0), server.pid ?? 0]) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended.
        }
      }
    },
  };
}

function childrenOf(pid: number): number[] {
  const listed = execFileSync('ps', ['-eo', 'ppid=,pid='], { encoding: 'utf8' });
  return listed.split('\n').flatMap((line) => {
    const [parent, child] = line.trim().split(/\s+/).map(Number);
    return parent === pid && child ? [child] : [];
  });
}
