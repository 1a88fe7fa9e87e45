// Writes what can be installed without a registry account into dist/: `sage-VERSION.tgz`, the program with all that it needs
// in it, and below packages/ a tarball of each package. Needs a build.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { build } from 'esbuild';

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
await packSage(join(root, 'apps/cli'), join(dist, 'sage'));
for (const name of [
  ...readdirSync(dist),
  ...readdirSync(join(dist, 'packages')).map((one) => `packages/${one}`),
])
  if (name.endsWith('.tgz')) console.log(`dist/${name}`);

/** One package without dependencies: all code in a few files, loaded as they are needed. */
async function packSage(cli, folder) {
  const { version, description, license, bin, engines } = manifestOf(cli);
  const { metafile } = await build({
    entryPoints: [join(cli, 'dist/main.js'), join(cli, 'dist/index.js')],
    outdir: join(folder, 'dist'),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node22.18',
    legalComments: 'none',
    metafile: true,
    // What packages of the old format call.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    // Configuration in TypeScript is run by Node itself.
    external: ['typescript'],
  });
  const manifest = {
    name: 'sage',
    version,
    description,
    license,
    bin,
    type: 'module',
    engines,
    files: ['bin', 'dist', 'config.schema.json', 'LICENSES.txt'],
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const name of ['bin', 'README.md', 'config.schema.json'])
    cpSync(join(cli, name), join(folder, name), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'LICENSES.txt'), licensesOf(Object.keys(metafile.inputs)));
  run('npm', ['pack', '--pack-destination', dist], folder);
  rmSync(folder, { recursive: true });
}

/** The licences of the packages that files belong to. */
function licensesOf(files) {
  const found = new Map();
  for (const file of files) {
    const steps = file.split(sep);
    const at = steps.lastIndexOf('node_modules');
    if (at < 0) continue;
    const scoped = steps[at + 1].startsWith('@');
    const directory = join(root, ...steps.slice(0, at + (scoped ? 3 : 2)));
    if (!existsSync(join(directory, 'package.json'))) continue;
    const { name, version, license } = manifestOf(directory);
    const text = readdirSync(directory).find((each) => /^(licen[cs]e|copying)/i.test(each));
    found.set(
      `${name} ${version} (${license ?? 'see below'})`,
      text ? readFileSync(join(directory, text), 'utf8') : '',
    );
  }
  return [...found]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([title, text]) => `${title}\n\n${text.trim()}\n`)
    .join('\n----\n\n');
}
