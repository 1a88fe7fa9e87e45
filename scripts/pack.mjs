// Writes what can be installed without a registry account into dist/: `sage-VERSION.tgz`, the program with all that it needs
// in it, and below packages/ a tarball of each package. Needs a build.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const manifestOf = (directory) => JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
const run = (program, args, cwd) =>
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'packages'), { recursive: true });
const directories = [
  ...readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name)),
  join(root, 'apps/cli'),
];
for (const directory of directories)
  if (!manifestOf(directory).private)
    run('pnpm', ['pack', '--pack-destination', join(dist, 'packages')], directory);
packSage(join(root, 'apps/cli'), join(dist, 'sage'));
for (const name of [
  ...readdirSync(dist),
  ...readdirSync(join(dist, 'packages')).map((one) => `packages/${one}`),
])
  if (name.endsWith('.tgz')) console.log(`dist/${name}`);

/** One package without dependencies. */
function packSage(cli, folder) {
  const { version, description, license, bin, engines } = manifestOf(cli);
  for (const name of ['bin', 'bundle', 'README.md', 'config.schema.json'])
    cpSync(join(cli, name), join(folder, name), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const manifest = {
    name: 'sage',
    version,
    description,
    license,
    bin,
    type: 'module',
    engines,
    files: ['bin', 'bundle', 'config.schema.json'],
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  run('npm', ['pack', '--loglevel=error', '--pack-destination', dist], folder);
  rmSync(folder, { recursive: true });
}
