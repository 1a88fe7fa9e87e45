import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a project is installed and tested, according to its files. */
export interface Project {
  readonly setup?: string;
  readonly test?: string;
}

/** npm's default text for a missing test script. */
const NO_TESTS = /no test specified/;

const LOCKS: readonly (readonly [file: string, setup: string, test: string])[] = [
  ['pnpm-lock.yaml', 'pnpm install --frozen-lockfile', 'pnpm test'],
  ['yarn.lock', 'yarn install --immutable', 'yarn test'],
  ['bun.lock', 'bun install --frozen-lockfile', 'bun run test'],
  ['package-lock.json', 'npm ci', 'npm test'],
];

const OTHERS: readonly (readonly [file: string, project: Project])[] = [
  ['Cargo.toml', { test: 'cargo test' }],
  ['go.mod', { test: 'go test ./...' }],
  ['pyproject.toml', { test: 'pytest' }],
  ['mix.exs', { setup: 'mix deps.get', test: 'mix test' }],
  ['Gemfile', { setup: 'bundle install', test: 'bundle exec rake test' }],
];

/** Inspects the files at the top of a project. Runs nothing. */
export function detectProject(root: string): Project {
  const has = (name: string) => existsSync(join(root, name));
  const text = (name: string) => (has(name) ? readFileSync(join(root, name), 'utf8') : '');
  if (has('package.json')) {
    const [, setup, test] = LOCKS.find(([file]) => has(file)) ?? ['', undefined, 'npm test'];
    const hasTests = testScript(text('package.json'));
    return { ...(setup !== undefined && { setup }), ...(hasTests && { test }) };
  }
  if (/^test:/m.test(text('Makefile'))) return { test: 'make test' };
  return OTHERS.find(([file]) => has(file))?.[1] ?? {};
}

function testScript(manifest: string): boolean {
  try {
    const { scripts } = JSON.parse(manifest) as { scripts?: Record<string, unknown> };
    const test = scripts?.['test'];
    return typeof test === 'string' && !NO_TESTS.test(test);
  } catch {
    return false;
  }
}
