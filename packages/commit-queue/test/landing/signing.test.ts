import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCommitQueue } from '../../src/index.ts';
import { userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { landAll, pins, queueOn, tip } from '../fixture.ts';

const hasKeygen = (() => {
  try {
    execFileSync('sh', ['-c', 'command -v ssh-keygen'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasKeygen)(
  'where commits are signed, landings are, with the key of the configuration',
  async () => {
    const { repository, add } = await queueOn({ a: '1\n', m: 'x\n' });
    const key = join(temporaryFolder(), 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'una', '-f', key]);
    const allowed = `${key}.allowed`;
    writeFileSync(allowed, `una@example.org ${execFileSync('cat', [`${key}.pub`], { encoding: 'utf8' })}`);
    for (const [name, value] of [
      ['gpg.format', 'ssh'],
      ['user.signingKey', key],
      ['gpg.ssh.allowedSignersFile', allowed],
      ['commit.gpgSign', 'true'],
    ] as const)
      userGit(repository.root, 'config', name, value);
    const base = tip(repository);
    const unsigned = ['-c', 'commit.gpgSign=false'];
    userGit(repository.root, ...unsigned, 'log', '-1');
    await add('ONE', { b: '1' }, base);
    await add('TWO', { c: '1' }, base);
    const queue = await openCommitQueue({ repository });
    expect((await landAll(queue)).map(({ state }) => state)).toEqual(['landed', 'landed']);
    const files = [{ path: 'm', edit: () => 'y\n' }];
    await queue.landManagedFiles({ target: 'refs/heads/main', message: 'chore', files });
    const log = userGit(repository.root, 'log', '--format=%s %G? %an', `${base}..main`);
    expect(log.split('\n')).toEqual(['chore G Una User', 'feat: TWO G Una User', 'feat: ONE G Una User']);
  },
);

test('signing without a usable key stops the queue with nothing changed', async () => {
  const { repository, add } = await queueOn({ a: '1\n' });
  const before = tip(repository);
  const { id } = await add('T', { b: '1' });
  userGit(repository.root, 'config', 'commit.gpgSign', 'true');
  userGit(repository.root, 'config', 'gpg.format', 'ssh');
  userGit(repository.root, 'config', 'user.signingKey', join(temporaryFolder(), 'none'));
  const stopped = landAll(await openCommitQueue({ repository }));
  await expect(stopped).rejects.toMatchObject({ code: 'CANNOT_SIGN' });
  await expect(stopped).rejects.toThrow(/^[^\n]*commit\.gpgSign[^\n]*$/);
  expect(tip(repository)).toBe(before);
  expect(pins(repository)).toEqual([`refs/sage/queue/${id}`]);
  userGit(repository.root, 'config', 'commit.gpgSign', 'false');
  const again = await openCommitQueue({ repository });
  expect(await landAll(again)).toMatchObject([{ state: 'landed' }]);
});
