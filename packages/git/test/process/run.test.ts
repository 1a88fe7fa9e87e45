import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { git, gitRaw, GitError } from '../../src/index.ts';
import { gitEnvironment } from '../../src/process/environment.ts';
import { userGit } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { head, repositoryWith } from '../fixture.ts';

test('a caller inside a hook cannot redirect git through its environment', async () => {
  const repository = await repositoryWith({ a: '1' });
  const other = await repositoryWith({ b: '2' });
  vi.stubEnv('GIT_DIR', other.gitDir);
  vi.stubEnv('GIT_INDEX_FILE', join(other.gitDir, 'index'));
  vi.stubEnv('GIT_CONFIG_COUNT', '1');
  vi.stubEnv('GIT_CONFIG_KEY_0', 'user.name');
  vi.stubEnv('GIT_CONFIG_VALUE_0', 'Mallory');
  try {
    expect(await git(repository.root, ['ls-files'])).toBe('a');
    expect(await git(repository, ['config', 'user.name'])).toBe('Una User');
  } finally {
    vi.unstubAllEnvs();
  }
});

test('the cleaned environment keeps ordinary variables and the choice of configuration files only', () => {
  const environment = gitEnvironment({
    PATH: '/bin',
    GIT_DIR: 'x',
    GIT_TRACE: '1',
    GIT_CONFIG_GLOBAL: '/g',
    LANG: 'de',
  });
  expect(environment).toMatchObject({ PATH: '/bin', LC_ALL: 'C', GIT_CONFIG_GLOBAL: '/g' });
  expect(environment).not.toHaveProperty('GIT_DIR');
  expect(environment).not.toHaveProperty('GIT_TRACE');
});

test('one final newline is removed, nothing else', async () => {
  const repository = await repositoryWith({ a: ' x \n\n' });
  expect(await git(repository, ['cat-file', 'blob', 'HEAD:a'])).toBe(' x \n');
});

test('output and input are bytes where asked', async () => {
  const repository = await repositoryWith({ a: '1' });
  const bytes = Buffer.from([0, 255, 10, 254]);
  const oid = await git(repository, ['hash-object', '-w', '--stdin'], { input: bytes });
  const { stdout } = await gitRaw(repository, ['cat-file', 'blob', oid]);
  expect(Buffer.from(stdout).equals(bytes)).toBe(true);
});

test('a failure is one line with the arguments, exit code and stderr kept', async () => {
  const repository = await repositoryWith({ a: '1' });
  const error = await git(repository, ['cat-file', 'blob', 'nope']).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(GitError);
  expect(error).toMatchObject({ code: 'GIT_FAILED', exitCode: 128, args: ['cat-file', 'blob', 'nope'] });
  expect(String(error)).not.toContain('\n');
  expect(String(error)).toContain('Not a valid object name nope');
});

test('hooks of the repository do not run', async () => {
  const repository = await repositoryWith({ a: '1' });
  const mark = join(temporaryFolder(), 'ran');
  writeFileSync(join(repository.gitDir, 'hooks/reference-transaction'), `#!/bin/sh\ntouch ${mark}\n`, {
    mode: 0o755,
  });
  await git(repository, ['update-ref', 'refs/heads/x', head(repository)]);
  expect(existsSync(mark)).toBe(false);
  userGit(repository.root, 'update-ref', 'refs/heads/y', head(repository));
  expect(existsSync(mark)).toBe(true);
});

test('a missing git and a missing directory are different errors', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  try {
    await expect(git('/', ['version'])).rejects.toMatchObject({ code: 'GIT_NOT_FOUND' });
    await expect(git('/nonexistent/x', ['version'])).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' });
  } finally {
    vi.unstubAllEnvs();
  }
});

test('an aborted signal ends the command with its reason', async () => {
  const repository = await repositoryWith({ a: '1' });
  const signal = AbortSignal.abort(new Error('stop now'));
  await expect(git(repository, ['version'], { signal })).rejects.toThrow('stop now');
});
