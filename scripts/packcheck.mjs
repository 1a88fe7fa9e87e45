// Packs the package in the current folder as it would be published and lets publint and attw judge the tarball.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'sage-pack-'));
try {
  run('pnpm', ['pack', '--pack-destination', folder]);
  const [tarball] = readdirSync(folder).map((name) => join(folder, name));
  run('publint', ['run', tarball, '--strict']);
  run('attw', [tarball, '--profile', 'esm-only']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command, args) {
  const bin = join(import.meta.dirname, '../node_modules/.bin', command);
  const result = spawnSync(command === 'pnpm' ? command : bin, args, { encoding: 'utf8' });
  if (result.status === 0) return;
  process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}
