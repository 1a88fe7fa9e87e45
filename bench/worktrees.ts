// Worktrees of 5,000 files: made by `git worktree add`, and taken from the pool after an attempt that changed 20 of them.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository, PinnedSettings } from '../packages/git/src/index.ts';
import { Worktrees } from '../packages/workers/src/worktree/worktrees.ts';
import { median } from './median.ts';
import { backlogRepository } from './repository.ts';

const FILES = 5_000;
const ROUNDS = 15;

export async function worktrees(): Promise<string[]> {
  const { root, git, remove } = backlogRepository(1);
  try {
    for (let n = 0; n < FILES; n += 1) {
      const folder = join(root, `src/${n % 250}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${n}.ts`), `export const n${n} = ${n};\n`.repeat(20));
    }
    git('add', '--all');
    git('commit', '--quiet', '--message=files');
    const repository = await openRepository(root);
    const directory = join(root, '.git/pool');
    const pool = await Worktrees.open({
      repository,
      settings: await PinnedSettings.of(repository),
      directory,
      protectedPaths: [],
      keepIgnored: false,
    });
    const [added, taken]: [number[], number[]] = [[], []];
    await (await pool.take('agent', git('rev-parse', 'HEAD'), 'first')).giveBack();
    for (let round = 0; round < ROUNDS; round += 1) {
      appendFileSync(join(root, `src/1/1.ts`), `// ${round}\n`);
      git('commit', '--quiet', '--all', `--message=${round}`);
      const commit = git('rev-parse', 'HEAD');
      let started = performance.now();
      git('worktree', 'add', '--quiet', '--detach', join(root, `.sage/added-${round}`), commit);
      added.push(performance.now() - started);
      await pool.settled();
      started = performance.now();
      const worktree = await pool.take('agent', commit, 'next');
      taken.push(performance.now() - started);
      for (let n = 0; n < 20; n += 1) writeFileSync(join(worktree.path, `src/${n}/new.ts`), 'work\n');
      await worktree.giveBack();
    }
    await pool.close();
    const [add, take] = [median(added), median(taken)];
    return [
      '| | ms, median of 15 |',
      '|---|---|',
      `| \`git worktree add\` | ${add.toFixed(0)} |`,
      `| from the pool | ${take.toFixed(0)} (${(add / take).toFixed(1)} times sooner) |`,
    ];
  } finally {
    remove();
  }
}
