import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { finishCheckout, lockIndex } from '../../src/index.ts';
import { commitAll, userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { head, repositoryWith } from '../fixture.ts';

const script = fileURLToPath(new URL('../checkout-child.ts', import.meta.url));

function lives(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

test('the git that writes a checkout ends with the process that started it, and so do its filters', async () => {
  const repository = await repositoryWith({ '.gitattributes': '*.bin filter=slow\n', 'x.bin': 'old\n' });
  const from = head(repository);
  const to = commitAll(repository.root, { 'x.bin': 'new\n' });
  userGit(repository.root, 'reset', '--quiet', '--hard', from);
  userGit(repository.root, 'update-ref', 'refs/heads/main', to);
  const room = temporaryFolder();
  const gate = join(room, 'gate');
  userGit(room, '-c', `alias.fifo=!mkfifo '${gate}'`, 'fifo');
  userGit(repository.root, 'config', 'filter.slow.clean', 'cat');
  // Waits for ever: nobody opens the other end.
  userGit(repository.root, 'config', 'filter.slow.smudge', `: > '${room}/begun'; cat '${gate}'`);
  const args = [
    '--conditions=@sage/source',
    '--disable-warning=ExperimentalWarning',
    script,
    repository.root,
    from,
    to,
  ];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await vi.waitFor(() => expect(existsSync(join(room, 'begun'))).toBe(true), { timeout: 20_000 });
  const group = Number(readFileSync(join(repository.gitDir, 'sage-index-owner'), 'utf8'));
  expect(lives(group)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await vi.waitFor(() => expect(lives(group)).toBe(false), { timeout: 20_000 });
  writeFileSync(join(repository.root, 'x.bin'), 'mine\n');
  userGit(repository.root, 'config', 'filter.slow.smudge', 'cat');
  await using index = await lockIndex(repository);
  expect(await finishCheckout(repository, index, from, to)).toEqual(['x.bin']);
  await index.write();
  await index[Symbol.asyncDispose]();
  expect(readFileSync(join(repository.root, 'x.bin'), 'utf8')).toBe('mine\n');
  expect(existsSync(join(repository.gitDir, 'index.lock'))).toBe(false);
});
