import type { Site } from './site.ts';

/** What went wrong in a run whose every ticket writes one file of its name; empty where nothing did. */
export async function inspect(site: Site, ids: readonly string[]): Promise<string[]> {
  const { sandbox } = site;
  const wrong: string[] = [];
  const landed = sandbox.landings().map(({ ticket }) => ticket);
  for (const id of ids) {
    const times = landed.filter((each) => each === id).length;
    if (times !== 1) wrong.push(`${id} has landed ${times} times`);
  }
  // The tree is that of a run on one machine: the files of all tickets, as their agents write them.
  const files = sandbox.git('ls-tree', '-r', '--name-only', 'HEAD').split('\n').toSorted();
  const expected = ['.sage/tickets/index.json', 'README.md', ...ids.map((id) => `out/${id}.txt`)].toSorted();
  if (files.join('\n') !== expected.join('\n')) wrong.push(`the tree is ${files.join(' ')}`);
  for (const id of ids) {
    const text = sandbox.git('show', `HEAD:out/${id}.txt`);
    if (text !== id) wrong.push(`out/${id}.txt holds ${JSON.stringify(text)}`);
  }
  const states = Object.entries(await sandbox.states()).filter(([, state]) => state !== 'COMPLETED');
  if (states.length > 0) wrong.push(`not completed: ${states.map(([id]) => id).join(' ')}`);
  const audit = await sandbox.queue('audit');
  if (audit.exitCode !== 0) wrong.push(`audit: ${audit.stdout}${audit.stderr}`);
  const fsck = sandbox.git('fsck', '--strict', '--no-dangling');
  if (fsck !== '') wrong.push(`fsck: ${fsck}`);
  if (sandbox.git('status', '--porcelain') !== '') wrong.push('the checkout is not clean');
  const kept = sandbox.git('for-each-ref', '--format=%(refname)', 'refs/sage');
  if (kept !== '') wrong.push(`left in the repository: ${kept}`);
  return wrong;
}
