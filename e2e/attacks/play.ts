import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Play } from './arena-child.ts';

/** What became of an attack; nothing `wrong` where it has failed, as it has to. */
export interface Played {
  readonly name: string;
  readonly wrong: readonly string[];
}

/** Plays attacks in a new arena, in a process of its own. */
export async function playAttacks(play: Play): Promise<Played[]> {
  const [folder, temporary] = ['arena', 'session'].map(newFolder) as [string, string];
  try {
    const child = join(import.meta.dirname, 'arena-child.ts');
    const args = ['--conditions=@sage/source', child, folder, JSON.stringify(play)];
    const env = {
      PATH: process.env['PATH'],
      HOME: join(folder, 'home'),
      ARENA_TMP: temporary,
      GIT_CONFIG_NOSYSTEM: '1',
      SHELL: '/bin/sh',
    };
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env,
      cwd: folder,
      maxBuffer: 2 ** 28,
    });
    return stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Played);
  } finally {
    for (const each of [folder, temporary]) rmSync(each, { recursive: true, force: true, maxRetries: 3 });
  }
}

function newFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `sage-${name}-`)));
  // Whoever plays in it.
  chmodSync(folder, 0o777);
  return folder;
}
