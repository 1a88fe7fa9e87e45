import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PACKAGE = /^(?:stream|scheduler|workers|commit-queue|git|tickets|journal|graph|validate)\//;

/** The place in the tree that a name in ARCHITECTURE.md stands for. */
function placesOf(name: string): string[] {
  if (name.startsWith('packages/') || name.startsWith('apps/')) return [name];
  const [room = '', ...path] = name.split('/');
  const inside = path.join('/').replace(/\.ts$/, '');
  return [
    `packages/${room}/src/${inside}.ts`,
    `packages/${room}/src/${inside}`,
    `packages/${room}/${inside}`,
  ];
}

test('every file and folder that ARCHITECTURE.md names is there', () => {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const names = [...text.matchAll(/`([a-z][\w-]*(?:\/[\w.-]+)+)\/?`/g)].map(([, name]) => name!);
  const places = names.filter((name) => PACKAGE.test(name) || /^(?:packages|apps)\//.test(name));
  expect(places.length).toBeGreaterThan(30);
  const missing = places.filter((name) => !placesOf(name).some((path) => existsSync(join(ROOT, path))));
  expect(missing).toEqual([]);
});
