import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openCommitQueue, type CommitQueue, type QueueEntry } from '../../src/index.ts';
import { userGit } from '@sage/test-support/repository';
import { landAll, MAIN, repositoryWith, status, tip } from '../fixture.ts';
import { expectSound } from '../sound.ts';

/** Content, a symbolic link, an executable, or no file. */
type File = string | { link: string } | { run: string } | null;
type Side = Record<string, File>;

interface Row {
  base?: Side;
  /** What the target has meanwhile, and what the work does. */
  ours?: Side;
  theirs: Side;
  /** The files in conflict; landed where there are none. */
  conflict?: string[];
}

const LONG = Array.from({ length: 20 }, (_, n) => `line ${n}\n`).join('');
const BYTES = '\0\u0001\u0002';

/** Each in a directory of its own, all in one repository. */
const ROWS: Record<string, Row> = {
  'renamed on both sides, differently': {
    base: { f: LONG },
    ours: { f: null, g: LONG },
    theirs: { f: null, h: LONG },
    conflict: ['f', 'g', 'h'],
  },
  'renamed on both sides, alike': {
    base: { f: LONG },
    ours: { f: null, g: LONG },
    theirs: { f: null, g: LONG },
  },
  'renamed there, edited here': {
    base: { f: LONG },
    ours: { f: null, g: LONG },
    theirs: { f: `${LONG}more\n` },
  },
  'a directory renamed there, a file added to it here': {
    base: { 'd/a': LONG, 'd/b': `${LONG}b` },
    ours: { 'd/a': null, 'd/b': null, 'e/a': LONG, 'e/b': `${LONG}b` },
    theirs: { 'd/c': 'c' },
    conflict: ['e/c'],
  },
  'a file there, a directory here': { ours: { x: 'file' }, theirs: { 'x/y': 'y' }, conflict: ['x~'] },
  'a directory takes the place of a file': { base: { x: 'file' }, theirs: { x: null, 'x/y': 'y' } },
  'a file takes the place of a directory': { base: { 'x/y': 'y' }, theirs: { 'x/y': null, x: 'file' } },
  'added on both sides, differently': { ours: { n: '1' }, theirs: { n: '2' }, conflict: ['n'] },
  'added on both sides, alike': { ours: { n: '1' }, theirs: { n: '1' } },
  'deleted there, edited here': { base: { f: LONG }, ours: { f: null }, theirs: { f: 'x' }, conflict: ['f'] },
  'edited there, deleted here': { base: { f: LONG }, ours: { f: 'x' }, theirs: { f: null }, conflict: ['f'] },
  'deleted on both sides': { base: { f: LONG }, ours: { f: null }, theirs: { f: null } },
  'binary, edited on both sides': {
    base: { b: BYTES },
    ours: { b: `${BYTES}1` },
    theirs: { b: `2${BYTES}` },
    conflict: ['b'],
  },
  'binary, edited here': { base: { b: BYTES }, theirs: { b: `${BYTES}${BYTES}` } },
  'made executable there, edited here': {
    base: { f: LONG },
    ours: { f: { run: LONG } },
    theirs: { f: `${LONG}more\n` },
  },
  'a file becomes a symbolic link': { base: { f: LONG }, theirs: { f: { link: '/etc/passwd' } } },
  'symbolic links, differently': {
    base: { s: { link: 'a' } },
    ours: { s: { link: 'b' } },
    theirs: { s: { link: 'c' } },
    conflict: ['s'],
  },
  'no change at all': { theirs: {} },
  'the same change is there already': { base: { f: '1' }, ours: { f: '2' }, theirs: { f: '2' } },
  'an empty file, and one without a last newline': { theirs: { empty: '', last: 'no newline' } },
  'line ends that the checkout has otherwise': {
    base: { '.gitattributes': '*.txt text eol=crlf\n', 'x.txt': 'one\n' },
    theirs: { 'x.txt': 'one\ntwo\n' },
  },
  'a filter of the repository': {
    base: { '.gitattributes': '*.up filter=up\n', 'x.up': 'one\n' },
    theirs: { 'x.up': 'one\ntwo\n' },
  },
  'names that are hard to take': {
    theirs: Object.fromEntries(
      [
        'not UTF-8 \u00ff',
        'new\nline',
        '-rf',
        '--help',
        ':(glob)**',
        ':!x',
        '*',
        '"quoted\\"',
        ' ',
        'Case',
        'case',
        '\u0001\t',
      ].map((name) => [name, name]),
    ),
  },
};

const names = Object.keys(ROWS);
let root: string;
let queue: CommitQueue;
const settled = new Map<string, QueueEntry>();

beforeAll(async () => {
  const repository = await repositoryWith({});
  root = repository.root;
  userGit(root, 'config', 'filter.up.smudge', 'tr a-z A-Z');
  userGit(root, 'config', 'filter.up.clean', 'tr A-Z a-z');
  const rows = Object.values(ROWS);
  const sides = (of: (row: Row) => Side | undefined) =>
    rows.map((row, n) => changes(of(row) ?? {}, n)).join('');
  // Criss-cross: both sides have merged the same two commits, each in its own order.
  const stream = [
    commit(MAIN, 1, '', `${sides(({ base }) => base)}${changes({ one: LONG, two: LONG }, 'cross')}`),
    commit('refs/side/x1', 2, 'from :1\n', changes({ one: `0\n${LONG}` }, 'cross')),
    commit('refs/side/x2', 3, 'from :1\n', changes({ two: `0\n${LONG}` }, 'cross')),
    commit(
      MAIN,
      4,
      'from :1\nmerge :2\nmerge :3\n',
      `${sides(({ ours }) => ours)}${changes({ one: `0\n${LONG}`, two: `0\n${LONG}` }, 'cross')}`,
    ),
    commit(
      'refs/side/cross',
      5,
      'from :3\nmerge :2\n',
      changes({ one: `0\n${LONG}1\n`, two: `0\n${LONG}` }, 'cross'),
    ),
    ...rows.map(({ theirs }, n) => commit(`refs/side/${n}`, n + 6, 'from :1\n', changes(theirs, n))),
  ];
  execFileSync('git', ['fast-import', '--quiet', '--force'], {
    cwd: root,
    input: Buffer.from(stream.join(''), 'latin1'),
  });
  userGit(root, 'reset', '--quiet', '--hard', 'main');
  queue = await openCommitQueue({ repository });
  const base = userGit(root, 'merge-base', 'refs/side/x1', 'refs/side/x2');
  const works = [
    ...names.map((ticket, n) => ({ ticket, ref: `refs/side/${n}` })),
    { ticket: 'cross', ref: 'refs/side/cross' },
  ];
  await queue.enqueueAll(
    works.map(({ ticket, ref }) => ({
      ticket,
      target: MAIN,
      message: ticket,
      base,
      commit: tip(repository, ref),
    })),
  );
  for (const entry of await landAll(queue)) settled.set(entry.ticket, entry);
});

test.each(names)('%s', (name) => {
  const { conflict = [] } = ROWS[name] as Row;
  const entry = settled.get(name);
  expect(entry).toMatchObject({ state: conflict.length > 0 ? 'conflicted' : 'landed' });
  const directory = `${names.indexOf(name)}/`;
  const files = entry?.conflict?.files.map((file) => file.replace(directory, '').replace(/~.*/s, '~')) ?? [];
  expect(files.sort()).toEqual(conflict);
});

test('criss-cross merges', () => {
  expect(settled.get('cross')).toMatchObject({ state: 'landed' });
  expect(userGit(root, 'show', 'main:cross/one')).toMatch(/^0\nline [^]*\n1$/);
});

test('all of them are the true merges, and the checkout has them as the user wants them', () => {
  expectSound(
    root,
    [...settled.values()].filter(({ state }) => state === 'landed'),
  );
  expect(userGit(root, 'status', '--porcelain')).toBe('');
  const at = (name: string, file: string) => join(root, String(names.indexOf(name)), file);
  expect(readFileSync(at('line ends that the checkout has otherwise', 'x.txt'), 'utf8')).toBe(
    'one\r\ntwo\r\n',
  );
  expect(readFileSync(at('a filter of the repository', 'x.up'), 'utf8')).toBe('ONE\nTWO\n');
  expect(readlinkSync(at('a file becomes a symbolic link', 'f'))).toBe('/etc/passwd');
  expect(lstatSync(at('made executable there, edited here', 'f')).mode & 0o111).not.toBe(0);
  const odd = Buffer.from(at('names that are hard to take', 'not UTF-8 \u00ff'), 'latin1');
  expect(readFileSync(odd, 'latin1')).toBe('not UTF-8 \u00ff');
});

test('trees with names that no checkout can have are rejected, and those behind them land', async () => {
  const names = ['.git', '.GIT', '..', '.', 'git~1', '.git '];
  const repository = await repositoryWith({ a: '1\n' });
  const base = tip(repository);
  const [file = ''] = userGit(repository.root, 'ls-tree', base).split('\n');
  const mktree = (input: string) =>
    execFileSync('git', ['mktree'], { cwd: repository.root, input, encoding: 'utf8' }).trim();
  const hostile = await openCommitQueue({ repository });
  for (const name of [...names, 'good']) {
    const inner = mktree(`${file.replace('\ta', `\t${name}`)}\n`);
    const tree = mktree(`${file}\n040000 tree ${inner}\tdir\n`);
    const commit = userGit(repository.root, 'commit-tree', tree, '-p', base, '-m', 'work');
    await hostile.enqueue({ ticket: name, target: MAIN, message: name, base, commit });
  }
  const entries = await landAll(hostile);
  expect(entries.map(({ state }) => state)).toEqual([...names.map(() => 'rejected'), 'landed']);
  for (const { ticket, reason } of entries.slice(0, -1))
    expect(reason).toContain(JSON.stringify(`dir/${ticket}`));
  expect(status(repository)).toBe('');
});

test('branches of any name are landed on, and nothing else is a target', async () => {
  const repository = await repositoryWith({ a: '1\n' });
  const base = tip(repository);
  const targets = [
    '--evil',
    '-',
    'HEAD',
    'refs/heads/main',
    'a/b',
    "it's$(touch${IFS}pwned);`x`|&",
    '\u00fc',
    '{0}',
    '%s',
  ];
  for (const name of targets) userGit(repository.root, 'update-ref', `refs/heads/${name}`, base);
  userGit(repository.root, 'tag', 'a/b', base);
  const tree = userGit(repository.root, 'rev-parse', `${base}^{tree}`);
  const commit = userGit(repository.root, 'commit-tree', tree, '-p', base, '-m', 'work');
  const odd = await openCommitQueue({ repository });
  const add = (target: string) => odd.enqueue({ ticket: target, target, message: 'm', base, commit });
  for (const name of targets) await add(`refs/heads/${name}`);
  await add('refs/heads/a');
  for (const name of [
    'main',
    'refs/tags/a/b',
    'refs/heads/x.lock',
    'refs/heads/a..b',
    'refs/heads/',
    'refs/heads/a\nb',
  ])
    await expect(add(name)).rejects.toMatchObject({ code: 'BAD_TARGET' });
  const stopped = landAll(odd);
  await expect(stopped).rejects.toMatchObject({ code: 'TARGET_GONE' });
  await expect(stopped).rejects.toThrow(/^refs\/heads\/a does not exist[^\n]*$/);
  for (const entry of await odd.list({ state: 'landed' }))
    expectSound(repository.root, [entry], entry.target);
  expect(await odd.stats()).toMatchObject({ landed: targets.length, queued: 1 });
  expect(status(repository)).toBe('');
});

/** In the language of fast-import; all text is latin1, a character a byte. */
function commit(ref: string, mark: number, parents: string, files: string): string {
  return `commit ${ref}\nmark :${mark}\ncommitter Una <una@example.org> 1700000000 +0000\ndata 4\nwork\n${parents}${files}\n`;
}

function changes(side: Side, directory: number | string): string {
  return Object.entries(side)
    .map(([name, file]) => {
      const path = `"${`${directory}/${name}`.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
      if (file === null) return `D ${path}\n`;
      const [mode, text] =
        typeof file === 'string'
          ? ['100644', file]
          : 'link' in file
            ? ['120000', file.link]
            : ['100755', file.run];
      // Git must not take a file of one row for a renamed one of another.
      const own = text.replaceAll('line ', `line ${directory}.`);
      return `M ${mode} inline ${path}\ndata ${own.length}\n${own}\n`;
    })
    .join('');
}
