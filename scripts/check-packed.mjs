// Installs each package as it would be published, with plain npm, into an empty project outside the workspace; there its
// README example has to type-check under nodenext and to run. Needs a build and the package registry.
// Usage: node scripts/check-packed.mjs [name ...]; ends with "N passed, N failed".
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'sage-packed-'));
const directories = [
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`),
  'apps/cli',
].filter((directory) => !JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')).private);
const packages = new Map(directories.map((directory) => pack(join(root, directory))));
const names = process.argv.length > 2 ? process.argv.slice(2) : [...packages.keys()];
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let passed = 0;
let failed = 0;
for (const name of names) {
  try {
    check(name);
    passed += 1;
    console.log(`ok     ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`);
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function pack(directory) {
  const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const target = join(folder, 'tarballs', name.replace('/', '-'));
  mkdirSync(target, { recursive: true });
  run('pnpm', ['pack', '--pack-destination', target], directory);
  const [tarball] = readdirSync(target);
  const readme = readFileSync(join(directory, 'README.md'), 'utf8');
  return [name, { tarball: join(target, tarball), example: /^```js\n(.*?)^```$/ms.exec(readme)?.[1] }];
}

function check(name) {
  const { example } = packages.get(name);
  if (example === undefined) throw new Error('its README has no example');
  const project = join(folder, 'projects', name.replace('/', '-'));
  mkdirSync(project, { recursive: true });
  const dependencies = Object.fromEntries(
    closure(name).map((one) => [one, `file:${packages.get(one).tarball}`]),
  );
  // TypeScript and Node's types as the workspace has them; nothing else that the package does not bring itself.
  const pinned = Object.fromEntries(['typescript', '@types/node'].map((one) => [one, installedVersion(one)]));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: { ...dependencies, ...pinned },
    }),
  );
  writeFileSync(join(project, 'example.js'), example);
  writeFileSync(join(project, 'example.ts'), example);
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    noImplicitAny: false,
    noEmit: true,
    types: ['node'],
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], project);
  run(process.execPath, [join(project, 'node_modules/typescript/bin/tsc')], project);
  run(process.execPath, ['example.js'], project);
}

/** A package and those of ours that it needs, each once. */
function closure(name, found = new Set()) {
  found.add(name);
  const directory = name === '@sage/cli' ? 'apps/cli' : `packages/${name.replace('@sage/', '')}`;
  const { dependencies } = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8'));
  for (const dependency of Object.keys(dependencies)) {
    if (packages.has(dependency) && !found.has(dependency)) closure(dependency, found);
  }
  return [...found];
}

function installedVersion(name) {
  if (!(name in devDependencies)) throw new Error(`${name} is no dependency of the workspace`);
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });
}
