import { randomBytes } from 'node:crypto';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { removeOrSetAside, removeTree } from '@sage/git';
import { shellWord } from '../process/shell.ts';
import { STATE_PREFIX } from '../sandbox/agent-state.ts';

/** Part of the names of folders that no run removes. */
const KEPT = '.kept-';

/** Removes the folders of worktrees, and tells the person about those that could not be removed. */
export class WorktreeFolders {
  readonly #notice: (text: string) => void;

  constructor(notice: (text: string) => void = () => {}) {
    this.#notice = notice;
  }

  /** Keeps a worktree that could not be collected for a person to look at. */
  async setAside(path: string): Promise<void> {
    const aside = `${path}${KEPT}${randomBytes(4).toString('hex')}`;
    await rename(path, aside).then(
      () => this.#notice(`what an agent left could not be collected: it is in ${aside}`),
      () => {},
    );
  }

  /** Moves the folder aside and names it if it cannot be removed. */
  async remove(path: string): Promise<void> {
    const leftOver = await removeOrSetAside(path).catch(() => path);
    if (leftOver !== undefined) this.nameLeftOver(leftOver);
  }

  /** Removes all worktrees in a folder. */
  async removeAll(directory: string, keepSessions: boolean): Promise<void> {
    for (const name of await readdir(directory).catch(() => [])) {
      const path = join(directory, name);
      if (name.includes(KEPT) || (keepSessions && name.startsWith(STATE_PREFIX))) continue;
      // It was set aside earlier, and named then.
      if (/\.left-\w+$/.test(name)) await removeTree(path).catch(() => {});
      else await this.remove(path);
    }
  }

  nameLeftOver(path: string): void {
    this.#notice(`${path} could not be removed: remove it with sudo rm -rf ${shellWord(path)}`);
  }
}
