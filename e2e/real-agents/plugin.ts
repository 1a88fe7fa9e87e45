import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, install, PROGRAMS } from './programs.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What the real Claude Code says against the plugin, and against the marketplace that offers it. */
export function wrongInPlugin(): string[] {
  const claude = join(install('claude', PROGRAMS['claude']!), 'claude');
  const home = mkdtempSync(join(cacheFolder(), 'home-'));
  const wrong = ['integrations/claude-code', '.claude-plugin/marketplace.json'].flatMap((path) => {
    const { status, stdout, stderr } = spawnSync(
      claude,
      ['plugin', 'validate', '--strict', join(ROOT, path)],
      {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: home, DISABLE_AUTOUPDATER: '1', DISABLE_TELEMETRY: '1' },
      },
    );
    return status === 0 ? [] : [`${path}: ${stdout}${stderr}`];
  });
  rmSync(home, { recursive: true, force: true });
  return wrong;
}
