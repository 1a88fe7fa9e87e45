import { openRepository } from '@sage/git';
import { repository } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { onlyRun } from '../../src/start/only-run.ts';
import { chooseTarget, prepareTarget } from '../../src/start/target.ts';
import { targetBranch } from '../../src/start/target-branch.ts';
import { assertWorkflowMode } from '../../src/start/workflow-mode.ts';

const NEW = 'sage/new';

async function open() {
  const made = repository();
  return { ...made, opened: await openRepository(made.root) };
}

test('on main a new branch is chosen, and made with local changes kept', async () => {
  const { opened, git, root } = await open();
  const target = await chooseTarget(opened, { newBranch: NEW });
  expect(target).toMatchObject({
    ref: 'refs/heads/sage/new',
    create: true,
    from: 'refs/heads/main',
    elsewhere: false,
  });
  expect(git('branch', '--list', NEW)).toBe('');
  await prepareTarget(await openRepository(root), target);
  expect(git('branch', '--show-current')).toBe(NEW);
});

test('where a branch is called as the folder of the new one, the new one has no folder', async () => {
  const { opened, git, root } = await open();
  git('branch', 'sage');
  const target = await chooseTarget(opened, { newBranch: NEW });
  expect(target.ref).toBe('refs/heads/sage-new');
  await prepareTarget(await openRepository(root), target);
  expect(git('branch', '--show-current')).toBe('sage-new');
});

test('another branch that is checked out is the target', async () => {
  const { opened, git } = await open();
  git('switch', '--quiet', '--create', 'work');
  expect(await chooseTarget(opened, { newBranch: NEW })).toMatchObject({
    ref: 'refs/heads/work',
    create: false,
  });
});

test('a named branch is the target, checked out or not', async () => {
  const { opened, git } = await open();
  git('branch', 'other');
  expect(await chooseTarget(opened, { branch: 'other', newBranch: NEW })).toMatchObject({ elsewhere: true });
  expect(await chooseTarget(opened, { branch: 'main', newBranch: NEW })).toMatchObject({ elsewhere: false });
});

test.each([
  ['a branch that does not exist', 'nope', () => {}, 'UNKNOWN_BRANCH'],
  [
    'a detached HEAD',
    undefined,
    (git: (...args: string[]) => string) => git('checkout', '-q', '--detach'),
    'DETACHED_HEAD',
  ],
] as const)('%s is refused', async (_, branch, prepare, code) => {
  const { opened, git } = await open();
  prepare(git);
  await expect(chooseTarget(opened, { branch, newBranch: NEW })).rejects.toMatchObject({ code });
});

test('a target knows its tip, what it contains, and whose landings changed a file', async () => {
  const { opened, commit, git } = await open();
  const base = git('rev-parse', 'HEAD');
  const one = commit({ 'a.txt': '1' }, 'one\n\nSage-Ticket: A-1');
  commit({ 'b.txt': '1' }, 'two\n\nSage-Ticket: A-2');
  const tip = commit({ 'a.txt': '2' }, 'three\n\nSage-Ticket: A-3');
  const target = targetBranch(opened, 'refs/heads/main');
  expect(await target.tip()).toBe(tip);
  expect([await target.contains(tip, one), await target.contains(one, tip)]).toEqual([true, false]);
  expect(await target.ticketsThatChanged(['a.txt'], base, tip)).toEqual(['A-1', 'A-3']);
  expect(await targetBranch(opened, 'refs/heads/gone').tip()).toBeUndefined();
});

test('one run at a time in a repository', async () => {
  const { opened } = await open();
  {
    await using _lock = await onlyRun(opened);
    await expect(onlyRun(opened)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  }
  await using _again = await onlyRun(opened);
});

test.each([
  ['TICKET_BASED\n', undefined],
  ['EPIC_BASED', 'WRONG_WORKFLOW_MODE'],
])('the workflow mode %j is judged as %s', async (mode, code) => {
  const { root, commit } = await open();
  commit({ '.sage/workflow-mode': mode });
  const judged = await assertWorkflowMode(await openRepository(root)).then(
    () => undefined,
    (error: { code: string }) => error.code,
  );
  expect(judged).toBe(code);
});
