import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../repository.ts';
import { quote } from '../repository/settings.ts';
import { alternatesLine, replaceFile, type WorkRepository } from '../worktrees/work-repository.ts';

/** Files of a repository by which its git can be made to run a program, or to see other content. */
const DECIDING = ['config', 'config.worktree', 'info/attributes'];

/**
 * The user's repository as it was when this was made: as long as its settings are the same it is used itself; after that a
 * directory with the settings of then, whose objects are the user's.
 */
export class PinnedRepository {
  readonly #work: WorkRepository;
  readonly #directory: string;
  readonly #before: string;

  private constructor(work: WorkRepository, directory: string, before: string) {
    this.#work = work;
    this.#directory = directory;
    this.#before = before;
  }

  static async of(work: WorkRepository, directory: string): Promise<PinnedRepository> {
    return new PinnedRepository(work, directory, await settingsOf(work.origin));
  }

  /** What git is to be run on now. Asked for before each use: settings may change at any time. */
  async current(): Promise<Repository> {
    const { origin, config } = this.#work;
    if ((await settingsOf(origin)) === this.#before) return origin;
    const gitDir = this.#directory;
    await mkdir(join(gitDir, 'refs'), { recursive: true });
    const storage = `[lfs]\n\tstorage = ${quote(join(origin.commonDir, 'lfs'))}\n`;
    // A storage of the user's own, further down, wins.
    await replaceFile(join(gitDir, 'config'), storage + config);
    await replaceFile(join(gitDir, 'HEAD'), 'ref: refs/heads/sage-none\n');
    await replaceFile(
      join(gitDir, 'objects/info/alternates'),
      alternatesLine(join(origin.commonDir, 'objects')),
    );
    for (const [name, text] of Object.entries(this.#work.info))
      await replaceFile(join(gitDir, 'info', name), text);
    return { root: origin.root, gitDir, commonDir: gitDir };
  }
}

async function settingsOf({ commonDir, gitDir }: Repository): Promise<string> {
  const hash = createHash('sha256');
  for (const name of DECIDING) {
    const file = join(name === 'config.worktree' ? gitDir : commonDir, name);
    hash.update(await readFile(file).catch(() => Buffer.from('none'))).update('\0');
  }
  return hash.digest('hex');
}
