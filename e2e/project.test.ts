import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const WORKFLOWS = readdirSync(join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`);

test.each(['README.md', 'CONTRIBUTING.md', 'AGENTS.md', 'bench/README.md', '.ci/run', ...WORKFLOWS])(
  'every script that %s runs is one of package.json',
  (path) => {
    const named = [...read(path).matchAll(/(?:npm run |pnpm run |`pnpm )([a-z0-9:-]+)/g)].map(
      ([, name]) => name!,
    );
    const missing = named.filter((name) => !(name in scripts) && !['install', 'exec', 'pack'].includes(name));
    expect(missing).toEqual([]);
  },
);

test('the links of README, the pages and the plugin lead somewhere', () => {
  const pages = [
    'README.md',
    'EXAMPLES.md',
    'AGENTS.md',
    'CONTRIBUTING.md',
    'integrations/claude-code/README.md',
  ];
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const broken = [...pages, ...docs.map((name) => `docs/${name}`)].flatMap((page) => brokenLinks(page));
  expect(broken).toEqual([]);
});

function brokenLinks(page: string): string[] {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  return links
    .filter((link) => !link.includes('://'))
    .flatMap((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(page, '..', path);
      try {
        if (anchor !== undefined && !anchorsOf(read(target)).includes(anchor)) return [`${page}: ${link}`];
        if (anchor === undefined) readdirOrRead(target);
        return [];
      } catch {
        return [`${page}: ${link}`];
      }
    });
}

function readdirOrRead(target: string): void {
  if (/\.\w+$|LICENSE$/.test(target)) read(target);
  else readdirSync(join(ROOT, target));
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
