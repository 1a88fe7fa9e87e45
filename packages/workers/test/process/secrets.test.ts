import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  agentEnvironment,
  checkEnvironment,
  passwordsInAddresses,
} from '../../src/process/allowed-environment.ts';
import { secretValues } from '../../src/index.ts';
import { Masker } from '../../src/process/secrets.ts';
import { repositoryFixture } from '../repository.ts';

async function streamed(masker: Masker, chunks: readonly Uint8Array[]): Promise<string> {
  const stream = masker.stream();
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

test('no secret comes through a stream, however it is cut, and everything else does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.constantFrom('s3cr3t-one', 's3cr3t', 's3cr3t-one-and-more', 'x', ' one', 's3cr', '-ü', '\n'),
        { maxLength: 12 },
      ),
      fc.array(fc.nat(7), { maxLength: 20 }),
      async (words, sizes) => {
        const masker = new Masker(['s3cr3t', 's3cr3t-one', 's3cr3t-one-and-more']);
        const bytes = Buffer.from(words.join(''));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const size of [...sizes, bytes.length]) chunks.push(bytes.subarray(at, (at += size)));
        const text = await streamed(masker, chunks);
        expect(text).toBe(masker.text(words.join('')));
        expect(text).not.toContain('s3cr3t');
        expect(text.replaceAll('***', '')).toBe(words.join('').replaceAll(/s3cr3t(-one(-and-more)?)?/g, ''));
      },
    ),
  );
});

/** What programs make of a value on its way into a log. */
const WRITERS: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  json: (value) => JSON.stringify(value),
  'json in json': (value) => JSON.stringify(JSON.stringify({ value })),
  'json in json in json': (value) => JSON.stringify(JSON.stringify({ a: JSON.stringify([value]) })),
  'escaped slashes': (value) => JSON.stringify(value).replaceAll('/', String.raw`\/`),
  'escaped slashes in json': (value) => JSON.stringify(JSON.stringify(value).replaceAll('/', String.raw`\/`)),
  ascii: (value) => JSON.stringify(value).replaceAll(/[<>&\u0080-\uFFFF]/g, escaped),
  ASCII: (value) =>
    JSON.stringify(value).replaceAll(/[\u0080-\uFFFF<>&]/g, (char) =>
      escaped(char).toUpperCase().replace('U', 'u'),
    ),
  address: (value) => `https://x/?q=${encodeURIComponent(value)}`,
  'address in lower case': (value) =>
    encodeURIComponent(value).replaceAll(/%../g, (code) => code.toLowerCase()),
  form: (value) => encodeURIComponent(value).replaceAll('%20', '+'),
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 of more': (value) => Buffer.from(`user:${value}@`).toString('base64'),
  'base64 of one more': (value) => Buffer.from(`x${value}yy`).toString('base64'),
  'base64 for addresses': (value) => Buffer.from(`xy${value}`).toString('base64url'),
};

function escaped(char: string): string {
  return String.raw`\u` + char.charCodeAt(0).toString(16).padStart(4, '0');
}

/** Characters at either end of base64 that hold a few bits of the value and as many of what is around it. */
const SEAMS = 8;

test.each(Object.entries(WRITERS))('a secret is masked as programs write it: %s', async (_, write) => {
  const middle = fc.array(fc.constantFrom(...Array.from('ÄÖqzQZ7/+<&% "\n')), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(middle, async (chars) => {
      const value = `q7Zq/${chars.join('')}/q7Zq`;
      const masker = new Masker([value]);
      const text = write(value);
      const masked = masker.text(text);
      expect(masked.replaceAll('***', '').length).toBeLessThanOrEqual(write('').length + SEAMS);
      const bytes = Buffer.from(text);
      for (let cut = 1; cut < bytes.length; cut += 1)
        expect(await streamed(masker, [bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(masked);
    }),
    { numRuns: 20 },
  );
});

/** As `base64`, `openssl` and JSON print it. */
const LINES: readonly (readonly [columns: number, end: string])[] = [
  [76, '\n'],
  [64, '\n'],
  [76, '\r\n'],
  [76, String.raw`\n`],
  [76, String.raw`\\n`],
  [64, String.raw`\\\\r\\\\n`],
];

test.each(LINES)('a secret in base64 is masked in lines of %i, ended by %j', async (columns, end) => {
  const value = 'q7Zq/ÄÖqzQZ7+<&% "qzQZ/q7Zqf0';
  const masker = new Masker([value]);
  const lines = (text: string) =>
    Buffer.from(text)
      .toString('base64')
      .match(new RegExp(`.{1,${columns}}`, 'g'))
      ?.join(end) ?? '';
  await fc.assert(
    fc.asyncProperty(fc.nat(columns * 2), fc.boolean(), async (before, slashes) => {
      const written = lines(`${'x'.repeat(before)}${value}${'y'.repeat(30)}`);
      const text = slashes ? written.replaceAll('/', String.raw`\/`) : written;
      const masked = masker.text(text);
      expect(masked).toContain('***');
      const left = masked.replaceAll('***', '').replaceAll(end, '').length;
      expect(left).toBeLessThanOrEqual(Math.ceil((4 * (before + 30)) / 3) + SEAMS);
      const bytes = Buffer.from(text);
      for (let cut = 1; cut < bytes.length; cut += 1)
        expect(await streamed(masker, [bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(masked);
    }),
    { numRuns: 30 },
  );
});

test('a key of many lines is masked line by line, its short last one included', () => {
  const key = '-----BEGIN KEY-----\nAAAABBBBCCCC\nDD==\n-----END KEY-----';
  const masker = new Masker([key]);
  expect(masker.text(key.split('\n').join('\n  '))).not.toMatch(/BEGIN|AAAA|END/);
  expect(masker.text('x\nDD==\ny')).toBe('x***\ny');
  expect(masker.text(JSON.stringify('x\nDD==\ny'))).toBe('"x***\\ny"');
  expect(masker.text('a DD== b')).toBe('a DD== b');
  expect(new Masker([]).text('anything')).toBe('anything');
});

test('JSON is masked in its texts and in the names of its members', () => {
  const masker = new Masker(['top-secret']);
  expect(masker.json({ a: ['x top-secret', 1, null], 'top-secret.txt': { b: true } })).toEqual({
    a: ['x ***', 1, null],
    '***.txt': { b: true },
  });
});

test('secrets are values of variables that are set, and long enough to be told from other text', () => {
  const environment = { KEY: 'a-long-key', EMPTY: '', PIN: '1234' };
  expect(secretValues(['KEY', 'EMPTY', 'MISSING'], environment)).toEqual(['a-long-key']);
  expect(() => secretValues(['PIN'], environment)).toThrow('secrets: PIN has fewer than 6 characters');
});

test('variables pass by name or pattern; those of git and Sage never', () => {
  const base = {
    PATH: '/bin',
    LC_ALL: 'C',
    MY_KEY: 'k',
    MY_API_KEY: 'a',
    OTHER: 'o',
    GIT_DIR: 'g',
    SAGE_RUN_ID: 's',
    'A.B': 'x',
    AXB: 'y',
  };
  const names = ['LC_*', 'MY_*', 'A.B'];
  const plain = { PATH: '/bin', LC_ALL: 'C', 'A.B': 'x' };
  expect(agentEnvironment(base, names)).toEqual({ ...plain, MY_KEY: 'k', MY_API_KEY: 'a' });
  expect(checkEnvironment(base, names)).toEqual({ ...plain, MY_KEY: 'k' });
  expect(checkEnvironment(base, [...names, 'MY_API_KEY'])).toMatchObject({ MY_API_KEY: 'a' });
  for (const environment of [agentEnvironment, checkEnvironment])
    expect(Object.keys(environment(base, ['*']))).not.toContain('GIT_DIR');
});

test('no key passes by the name of its tool, and an address passes without its password where agents do not work', () => {
  const base = {
    'npm_config_//registry.example.org/:_authToken': 't',
    npm_config_registry: 'https://una:p%40ss-word@registry.example.org/',
    npm_config_loglevel: 'warn',
    MISE_GITHUB_TOKEN: 't',
    NIX_CONFIG: 'access-tokens = github.com=t',
    HTTPS_PROXY: 'http://una:pass-word@proxy:3128',
    GOPROXY: 'https://ghp_0123456789abcdefghij@go.example.org,direct',
    OWN: 'postgres://una:own-word@localhost/db',
  };
  const names = ['OWN'];
  expect(Object.keys(agentEnvironment(base, names))).toEqual([
    'npm_config_registry',
    'npm_config_loglevel',
    'HTTPS_PROXY',
    'GOPROXY',
    'OWN',
  ]);
  expect(agentEnvironment(base, names)['HTTPS_PROXY']).toBe(base.HTTPS_PROXY);
  expect(checkEnvironment(base, names)).toEqual({
    npm_config_registry: 'https://registry.example.org/',
    npm_config_loglevel: 'warn',
    HTTPS_PROXY: 'http://proxy:3128',
    GOPROXY: 'https://go.example.org,direct',
    OWN: base.OWN,
  });
  expect(passwordsInAddresses(base)).toEqual([
    'p%40ss-word',
    'p@ss-word',
    'pass-word',
    'pass-word',
    'ghp_0123456789abcdefghij',
  ]);
});

test('a secret is in no file that is kept and in no result; agents see only what is allowed', async () => {
  const variables = {
    ...process.env,
    B_TEST_SECRET: 'top-secret-value',
    B_TEST_PLAIN: 'plain-value',
  };
  const { workers, request, repository, base } = await repositoryFixture();
  const room = await workers(
    `printf top-; echo secret-value; echo "$B_TEST_PLAIN$B_TEST_OTHER" >&2; echo "$B_TEST_SECRET" > work
      echo '{"outcome":"COMPLETED","summary":"used '$B_TEST_SECRET'"}' > "$SAGE_RESULT_FILE"`,
    60_000,
    {
      variables,
      environment: ['B_TEST_SECRET', 'B_TEST_PLAIN'],
      secrets: ['B_TEST_SECRET'],
      worktrees: { setup: 'echo $B_TEST_SECRET' },
    },
  );
  const order = request('A-1', {
    ticket: {
      id: 'A-1',
      title: 'T',
      type: 't',
      component: 'c',
      checks: [
        {
          name: 'check',
          command: 'cat work; false',
          retries: 0,
          otherwise: 'fail',
          category: 'persistent_test_failure',
        },
      ],
    },
  });
  const result = await room.run(order);
  expect(result).toMatchObject({ summary: 'used ***', reason: 'check ended with exit code 1: ***' });
  expect(await room.check({ run: order.run, command: 'env', commit: base })).toMatchObject({ ok: true });
  expect((await readFile(result.outputFile, 'utf8')).split('\n').slice(0, 2).toSorted()).toEqual([
    '***',
    'plain-value',
  ]);
  const kept = await readdir(join(repository.root, '.sage/runs'), { recursive: true, withFileTypes: true });
  for (const file of kept.filter((entry) => entry.isFile()))
    expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain('top-secret-value');
  const strict = await workers('env', 60_000, { variables });
  const { outputFile } = await strict.run(request('A-2'));
  expect(await readFile(outputFile, 'utf8')).not.toContain('B_TEST');
});
