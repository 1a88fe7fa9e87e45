import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userGit } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { git, PinnedSettings } from '../../src/index.ts';
import { repositoryWith } from '../fixture.ts';

const CLEAN = '#!/bin/sh\nexec "$(dirname "$0")/helper.sh"\n';

async function filtered(command: string) {
  const repository = await repositoryWith({
    'tools/clean.sh': CLEAN,
    'tools/helper.sh': '#!/bin/sh\ntr a-z A-Z\n',
  });
  const { root } = repository;
  for (const name of ['clean.sh', 'helper.sh']) chmodSync(join(root, 'tools', name), 0o755);
  userGit(root, 'add', '--all');
  userGit(root, 'commit', '--quiet', '--amend', '--no-edit');
  userGit(root, 'config', 'filter.up.clean', command.replace('ROOT', root));
  writeFileSync(join(root, '.gitattributes'), '*.txt filter=up\n');
  writeFileSync(join(root, 'a.txt'), 'text\n');
  return repository;
}

test.each(['./tools/clean.sh', 'tools/clean.sh %f', "sh -c 'tools/clean.sh'", 'ROOT/tools/clean.sh'])(
  'a program of the repository that a filter runs is the one of the beginning: %s',
  async (command) => {
    const repository = await filtered(command);
    const pinned = await PinnedSettings.of(repository);
    expect(pinned.programs.map(({ setting, path }) => [setting.key, path])).toEqual([
      ['filter.up.clean', 'tools/clean.sh'],
    ]);
    await using checkouts = pinned.open();
    for (const name of ['clean.sh', 'helper.sh'])
      writeFileSync(join(repository.root, 'tools', name), '#!/bin/sh\necho evil\n');
    const ofThen = await checkouts.of(repository);
    const oid = await git(ofThen, ['hash-object', '-w', '--path=a.txt', 'a.txt']);
    expect(await git(repository, ['cat-file', 'blob', oid])).toBe('TEXT');
  },
);

test('a command of the system is nobody else', async () => {
  const repository = await filtered('tr a-z A-Z');
  expect((await PinnedSettings.of(repository)).programs).toEqual([]);
});

test('a program that git does not track is the one of the checkout', async () => {
  const repository = await filtered('./own.sh');
  expect((await PinnedSettings.of(repository)).programs).toEqual([]);
  writeFileSync(join(repository.root, 'own.sh'), '#!/bin/sh\necho own\n', { mode: 0o755 });
  await using checkouts = (await PinnedSettings.of(repository)).open();
  const ofThen = await checkouts.of(repository);
  const value = await git(ofThen, ['config', 'filter.up.clean']);
  expect(value).toBe(join(repository.root, 'own.sh'));
});
