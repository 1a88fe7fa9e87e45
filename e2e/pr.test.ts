import { chmodSync, existsSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

/** Answers as gh 2.63 does: one pull request a branch, whose text can be replaced. */
const GH = `#!/bin/sh
room=$(dirname "$0")
echo "$*" >> "$room/calls"
test -e "$room/signed-out" && { echo "To get started with GitHub CLI, please run:  gh auth login" >&2; exit 4; }
case "$2" in
  view) test -e "$room/open" || { echo 'no pull requests found for branch "x"' >&2; exit 1; }
        echo '{"state":"OPEN","url":"https://github.com/me/menu/pull/7"}' ;;
  create) cat > "$room/body"; : > "$room/open"; echo https://github.com/me/menu/pull/7 ;;
  edit) cat > "$room/body"; echo https://github.com/me/menu/pull/7 ;;
esac`;

async function runOnMain() {
  const sandbox = await Sandbox.create([{ id: 'API-1', title: 'Serve the <menu>' }, { id: 'API-2' }], {
    branch: 'main',
  });
  const room = dirname(sandbox.root);
  const bin = join(room, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'gh'), GH);
  chmodSync(join(bin, 'gh'), 0o755);
  sandbox.git('init', '--quiet', '--bare', join(room, 'remote.git'));
  sandbox.git('remote', 'add', 'origin', join(room, 'remote.git'));
  const { stdout } = await sandbox.sage('stream', '--auto', '--agent-command', WRITE_OWN_FILE);
  const PATH = `${bin}:${process.env['PATH']}`;
  const said = (name: string) => readFileSync(join(bin, name), 'utf8');
  const pr = async (...args: string[]) => {
    const { exitCode, stdout: out, stderr } = await sandbox.start(['pr', ...args], { PATH });
    return { exitCode, stdout: out, stderr };
  };
  return { sandbox, bin, said, pr, stdout, branch: sandbox.git('branch', '--show-current') };
}

test('sage pr pushes the branch and opens a pull request with the report; the second time its text is replaced', async () => {
  const { sandbox, said, pr, stdout, branch } = await runOnMain();
  expect(stdout).toMatch(/git -C \S+ switch main && git -C \S+ merge sage\/\S+\n +sage pr -C \S+$/m);
  const before = await pr('--dry-run', '--json');
  expect(JSON.parse(before.stdout)).toMatchObject({
    base: 'main',
    head: branch,
    title: '2 tickets: API-1, API-2',
  });
  expect(sandbox.git('ls-remote', 'origin')).toBe('');

  expect(await pr()).toMatchObject({ exitCode: 0, stdout: 'https://github.com/me/menu/pull/7' });
  expect(said('calls').split('\n')[1]).toBe(
    `pr create --head ${branch} --base main --title 2 tickets: API-1, API-2 --body-file -`,
  );
  expect(said('body')).toContain('Serve the &lt;menu&gt;');
  expect(sandbox.git('ls-remote', 'origin')).toBe(
    `${sandbox.git('rev-parse', branch)}\trefs/heads/${branch}`,
  );

  const again = await pr('--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ v: 1, url: 'https://github.com/me/menu/pull/7' });
  expect(said('calls')).toContain(`pr edit ${branch} --body-file -`);
});

test('who is not signed in is told so before anything is pushed, and who has no gh what to do', async () => {
  const { sandbox, bin, pr } = await runOnMain();
  writeFileSync(join(bin, 'signed-out'), '');
  expect(await pr()).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('gh auth login') as string,
  });
  expect(sandbox.git('ls-remote', 'origin')).toBe('');
  const { exitCode, stderr } = await sandbox.sage('pr');
  expect({ exitCode, isThere: existsSync('/usr/bin/gh') }).toEqual({ exitCode: 2, isThere: false });
  expect(stderr).toMatch(/^ERROR: gh is not installed .*git push origin sage\/.*sage report --format=md/);
});

test('a run on the branch itself needs --base', async () => {
  const sandbox = await Sandbox.create([{ id: 'API-1' }]);
  await sandbox.stream(WRITE_OWN_FILE);
  const { exitCode, stderr } = await sandbox.sage('pr');
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('--base') as string });
  expect((await sandbox.sage('pr', '--base', 'work')).stderr).toContain('name the one to merge into');
});
