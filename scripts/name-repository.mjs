// Writes into the manifest of each package that is published which repository it comes from: its provenance is checked against
// that. Usage, in the release workflow: GITHUB_REPOSITORY=owner/name node scripts/name-repository.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { GITHUB_REPOSITORY: name } = process.env;
if (!/^[\w.-]+\/[\w.-]+$/.test(name ?? '')) {
  console.error('ERROR: GITHUB_REPOSITORY is not set to owner/name');
  process.exit(2);
}
for (const directory of [
  ...readdirSync(join(root, 'packages')).map((one) => `packages/${one}`),
  'apps/cli',
]) {
  const file = join(root, directory, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  if (manifest.private) continue;
  const repository = { type: 'git', url: `git+https://github.com/${name}.git`, directory };
  writeFileSync(file, `${JSON.stringify({ ...manifest, repository }, undefined, 2)}\n`);
}
