import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasRedis } from '@sage/test-support/redis';
import { userGit } from '@sage/test-support/repository';
import { describe, expect, test } from 'vitest';
import { inspect } from './machines/inspect.ts';
import { Site } from './machines/site.ts';
import { hasSsh, startSshServer } from './machines/ssh-server.ts';

const SAGE = join(import.meta.dirname, '../apps/cli/bin/sage.js');
const IDS = ['M-1', 'M-2', 'M-3', 'M-4'];

describe.skipIf(!hasRedis || !hasSsh)('sage stream --hosts (Redis, sshd)', () => {
  test('workers are started by ssh, outlive a connection that drops, and end with the run', async ({
    onTestFinished,
  }) => {
    const agent = `cat > /dev/null; touch "$SITE/began-$SAGE_TICKET_ID"; until test -e "$SITE/gate"; do test -d "$SITE" || exit 1; sleep 0.05; done
mkdir -p out; echo "$SAGE_TICKET_ID" > "out/$SAGE_TICKET_ID.txt"`;
    const tickets = IDS.map((id) => ({ id }));
    const site = await Site.open({ tickets, agent, onTestFinished });
    const programs = join(site.folder, 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'sage'), `#!/bin/sh\nexec '${process.execPath}' '${SAGE}' "$@"\n`);
    chmodSync(join(programs, 'sage'), 0o755);
    const home = join(site.folder, 'machines/ssh');
    mkdirSync(home, { recursive: true });
    const server = await startSshServer(join(site.folder, 'ssh'), { home, programs });
    onTestFinished(() => server.close());
    // The code travels by ssh as well.
    copyFileSync(join(server.bin, 'ssh'), join(programs, 'ssh'));
    const bare = join(site.folder, 'server/remote.git');
    site.sandbox.git('remote', 'set-url', 'origin', `ssh://box-0${bare}`);

    const words = ['stream', '--auto', '--broker', site.redis.address, '--hosts', 'box-1,box-2:2'];
    const running = site.sandbox.start([...words, '--lease', site.lease, '--agent-command', site.agent], {
      PATH: `${server.bin}:${process.env['PATH'] ?? ''}`,
    });
    const began = () => IDS.filter((id) => existsSync(join(site.folder, `began-${id}`))).length;
    while (began() < 3) await delay(50);
    server.drop();
    writeFileSync(join(site.folder, 'gate'), '');
    const { exitCode, stdout, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, '']);
    // Three slots on two hosts, and nothing was begun twice.
    expect(stdout).toContain('4 tickets, 3 workers');
    expect(stdout).not.toContain('is gone');
    expect(await inspect(site, IDS)).toEqual([]);
    expect(userGit(bare, 'for-each-ref', 'refs/sage')).toBe('');
    const listed = await site.sandbox.start(['workers', '--broker', site.redis.address, '--json']);
    expect(JSON.parse(listed.stdout)).toEqual({ v: 1, workers: [] });
    expect(site.agentsLeft()).toEqual([]);
  });

  test('a host that cannot be reached is named, with the command that shows why', async ({
    onTestFinished,
  }) => {
    const site = await Site.open({ tickets: [{ id: 'M-1' }], agent: 'true', onTestFinished });
    const bin = join(site.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'ssh'),
      '#!/bin/sh\necho "ssh: connect to host box-1: No route to host" >&2\nexit 255\n',
    );
    chmodSync(join(bin, 'ssh'), 0o755);
    const words = [
      'stream',
      '--auto',
      '--broker',
      site.redis.address,
      '--hosts',
      'box-1',
      '--agent-command',
      'true',
    ];
    const { exitCode, stderr } = await site.sandbox.start(words, {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^ERROR: box-1: .*No route to host/);
  });
});
