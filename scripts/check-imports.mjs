// Fails where imports run upwards or in a circle: between packages (the arrows are those of ARCHITECTURE.md), between
// the folders of a package, and between files, imports of types included.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SOURCE = /^(?:packages|apps)\/[^/]+\/src\//;
const files = globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts']);
const imports = files.flatMap((from) =>
  [...readFileSync(from, 'utf8').matchAll(/(?:from |import\()'([.@][^']+)'/g)].map(([, name]) => ({
    from,
    name,
  })),
);
const inside = imports
  .filter(({ name }) => name.startsWith('.'))
  .map(({ from, name }) => ({ from, to: join(dirname(from), name) }));

const wrong = [
  ...upwards(),
  ...[...circles(inside)].map((circle) => `a circle of files: ${circle}`),
  ...[...circles(inside.flatMap(betweenFolders))].map((circle) => `a circle of folders: ${circle}`),
];
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** Imports of a package that does not stand below the importing one. */
function upwards() {
  const stated = readFileSync('ARCHITECTURE.md', 'utf8').matchAll(/^- ((?:`[a-z-]+`(?:, )?)+) -> (.+)$/gm);
  const arrows = [...stated].flatMap(([, above, below]) =>
    named(above).flatMap((from) => named(below).map((to) => ({ from, to }))),
  );
  return imports.flatMap(({ from, name }) => {
    const [above, below] = [from.split('/')[1], /^@sage\/([a-z-]+)/.exec(name)?.[1]];
    if (below === undefined || above === 'test-support' || reached(arrows, above).has(below)) return [];
    return [`${from} imports @sage/${below}, which is not below ${above} in ARCHITECTURE.md`];
  });
}

function named(text) {
  return [...text.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name);
}

/** The two folders at which the ways to the files part; nothing where one of them is a file. */
function betweenFolders({ from, to }) {
  const [source] = SOURCE.exec(from);
  const [above, below] = [from, to].map((file) => file.slice(source.length).split('/'));
  let parts = 0;
  while (above[parts] === below[parts]) parts += 1;
  const folders = [above, below].map((path) => source + path.slice(0, parts + 1).join('/'));
  return folders.some((folder) => folder.endsWith('.ts')) ? [] : [{ from: folders[0], to: folders[1] }];
}

/** One line a circle, with all its members. */
function circles(arrows) {
  const places = [...new Set(arrows.map(({ from }) => from))];
  const onCircles = places.filter((place) => reached(arrows, place).has(place));
  return new Set(
    onCircles.map((place) => {
      const below = reached(arrows, place);
      return onCircles.filter((other) => below.has(other) && reached(arrows, other).has(place)).join(', ');
    }),
  );
}

/** All that can be reached from a place. */
function reached(arrows, place) {
  const found = new Set();
  const open = [place];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const { from, to } of arrows)
      if (from === at && !found.has(to)) {
        found.add(to);
        open.push(to);
      }
  return found;
}
