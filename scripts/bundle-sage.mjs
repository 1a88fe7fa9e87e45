// Writes the program of the package in the current folder (`sage`) into bundle/: all of its code, that of what it depends on
// too, in a few files that are loaded as they are needed. It starts in a third of the time. Needs what `tsc` has built.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
rmSync('bundle', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [join(process.cwd(), 'dist/main.js')],
  outdir: join(process.cwd(), 'bundle'),
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node22.18',
  legalComments: 'none',
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  // What packages of the old format call.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  // Configuration in TypeScript is run by Node itself.
  external: ['typescript'],
  plugins: [widthsOnDemand()],
});
mkdirSync('bundle', { recursive: true });
writeFileSync('bundle/LICENSES.txt', licensesOf(Object.keys(metafile.inputs)));

/** The tables of `string-width` take 17 ms to load, and most text is plain. */
function widthsOnDemand() {
  const namespace = 'on-demand';
  return {
    name: namespace,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^string-width$/ }, ({ path, kind, resolveDir }) =>
        kind === 'import-statement' ? { path, namespace, pluginData: resolveDir } : undefined,
      );
      onLoad({ filter: /.*/, namespace }, ({ pluginData: resolveDir }) => ({
        resolveDir,
        contents: `let width;
          export default (text) =>
            /^[ -~\u2026]*$/.test(text) ? text.length : (width ??= require('string-width').default)(text);`,
      }));
    },
  };
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
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
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
