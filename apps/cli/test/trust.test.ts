import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { put, repository, type TestRepository } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { describeUntrusted } from '../src/errors.ts';
import { importsComputed } from '../src/trust/computed-imports.ts';
import { configuredCommands } from '../src/trust/repository-commands.ts';
import { trustCommands, trustProgram, untrustedCommands, untrustedFiles } from '../src/trust/trust.ts';

const OWN = 'export default { verify: "npm test" };\n';
const LANDED = 'export default { verify: "npm run all" };\n';
const TRAILERS = 'feat: T-1\n\nSage-Ticket: T-1\nSage-Entry: 1';

function configured(files: Record<string, string> = { 'sage.config.mjs': OWN }) {
  const made = repository({ 'package.json': '{}', ...files });
  const variables = { HOME: temporaryFolder() };
  const read = () => readConfig(made.root, variables);
  return { ...made, read, confirm: () => trustProgram(join(made.root, 'sage.config.mjs'), variables) };
}

/** Lands a branch of one commit behind a merge commit, which alone has the trailers. */
function landMerged({ git, commit }: TestRepository, files: Record<string, string>): void {
  git('checkout', '--quiet', '-b', 'work');
  commit(files, 'by the agent');
  git('checkout', '--quiet', 'main');
  git('merge', '--quiet', '--no-ff', '-m', TRAILERS, 'work');
}

test('a program runs when it is confirmed on this machine, and again when it is changed', async () => {
  const { root, read, confirm } = configured();
  await expect(read()).rejects.toThrow(
    /^this repository wants to run \S*sage\.config\.mjs, which you have not confirmed on this machine: look at it, then run sage trust$/,
  );
  await confirm();
  expect(await read()).toMatchObject({ verify: { command: 'npm test' } });
  writeFileSync(join(root, 'sage.config.mjs'), LANDED);
  await expect(read()).rejects.toMatchObject({ code: 'NOT_TRUSTED' });
});

test('lines that resume a session or choose a model run by a shell, too', () => {
  const mine = { command: 'a', resume: 'b', model: 'c', environment: ['KEY'] };
  expect(configuredCommands({ agents: { mine } })).toEqual([
    { what: 'agent mine', command: 'a' },
    { what: 'agent mine, resume', command: 'b' },
    { what: 'agent mine, model', command: 'c' },
    { what: 'environment', command: 'KEY', apart: true },
  ]);
});

test('a command is confirmed for one repository, word for word', async () => {
  const variables = { HOME: temporaryFolder() };
  const commands = [
    { what: 'verify', command: 'npm test' },
    { what: 'setup', command: 'npm ci' },
  ];
  await trustCommands('/repository', commands.slice(0, 1), variables);
  await trustCommands('/repository', commands.slice(0, 1), variables);
  expect(await untrustedCommands('/repository', commands, variables)).toEqual([
    { what: 'setup', text: 'npm ci' },
  ]);
  expect(await untrustedCommands('/other', commands, variables)).toHaveLength(2);
  const changed = [{ what: 'verify', command: 'npm test ; evil' }];
  expect(await untrustedCommands('/repository', changed, variables)).toHaveLength(1);
});

test.each<[string, (made: TestRepository, files: Record<string, string>) => void]>([
  ['squashed', ({ commit }, files) => void commit(files, TRAILERS)],
  ['merged', landMerged],
  [
    'merged into a branch of the user',
    (made, files) => {
      made.git('checkout', '--quiet', '-b', 'sage');
      made.commit(files, TRAILERS);
      made.git('checkout', '--quiet', 'main');
      made.commit({ other: 'x' });
      made.git('merge', '--quiet', '--no-ff', '-m', 'merge sage', 'sage');
    },
  ],
])('a program that a ticket landed (%s) runs when the user has confirmed it', async (_, land) => {
  const made = configured();
  land(made, { 'sage.config.mjs': LANDED });
  await expect(made.read()).rejects.toMatchObject({
    code: 'NOT_TRUSTED',
    message: expect.stringMatching(/sage\.config\.mjs \(changed by T-1\), which/) as unknown,
  });
  await made.confirm();
  expect(await made.read()).toMatchObject({ verify: { command: 'npm run all' } });
});

test('each landed change is confirmed by itself', async () => {
  const made = configured();
  made.commit({ 'sage.config.mjs': LANDED }, TRAILERS);
  await made.confirm();
  made.commit({ 'sage.config.mjs': `${LANDED}// more\n` }, TRAILERS.replaceAll('T-1', 'T-2'));
  await expect(made.read()).rejects.toThrow('changed by T-2');
});

test('a file that it imports counts as well, and one that nobody imports does not', async () => {
  const own = 'import { verify } from "./tools/verify.mjs";\nexport default { verify };\n';
  const made = configured({
    'sage.config.mjs': own,
    'tools/verify.mjs': 'export const verify = "npm test";\n',
  });
  await made.confirm();
  made.commit({ 'tools/other.mjs': 'x' }, TRAILERS);
  expect(await made.read()).toMatchObject({ verify: { command: 'npm test' } });
  made.commit({ 'tools/verify.mjs': 'export const verify = "evil";\n' }, TRAILERS);
  await expect(made.read()).rejects.toThrow('tools/verify.mjs (changed by T-1)');
});

test('data is read, whoever changed it', async () => {
  const made = configured({ '.sagerc': 'verify: npm test\n' });
  made.commit({ '.sagerc': 'verify: npm run all\n' }, TRAILERS);
  expect(await made.read()).toMatchObject({ verify: { command: 'npm run all' } });
});

test.each<[string, Record<string, string>, (root: string) => void]>([
  [
    'where a link leads',
    { 'tools/config.mjs': 'import "./evil.mjs";\nexport default {};\n', 'tools/evil.mjs': '' },
    (root) => {
      rmSync(join(root, 'sage.config.mjs'));
      symlinkSync('tools/config.mjs', join(root, 'sage.config.mjs'));
    },
  ],
  [
    'by its whole path',
    { 'tools/evil.mjs': '' },
    (root) => writeFileSync(join(root, 'sage.config.mjs'), `import '${root}/tools/evil.mjs';\n`),
  ],
  [
    'by its address',
    { 'tools/evil.mjs': '' },
    (root) =>
      writeFileSync(
        join(root, 'sage.config.mjs'),
        `await import('${pathToFileURL(root).href}/tools/evil.mjs');\n`,
      ),
  ],
  [
    'as a package of a workspace',
    {
      'tools/evil.mjs': '',
      'tools/right.cjs': '',
      'tools/package.json': '{"name": "own", "exports": {"import": "./evil.mjs", "require": "./right.cjs"}}',
    },
    (root) => {
      writeFileSync(join(root, 'sage.config.mjs'), "import 'own';\nexport default {};\n");
      mkdirSync(join(root, 'node_modules'));
      symlinkSync('../tools', join(root, 'node_modules/own'));
    },
  ],
  [
    'by a name of the manifest',
    { 'tools/evil.mjs': '', 'package.json': '{"imports": {"#own": "./tools/evil.mjs"}}' },
    (root) => writeFileSync(join(root, 'sage.config.mjs'), "import '#own';\nexport default {};\n"),
  ],
])('what a program imports %s is confirmed with it', async (_, files, prepare) => {
  const { root, read, confirm } = configured({ 'sage.config.mjs': '', ...files });
  prepare(root);
  await confirm();
  await expect(read()).resolves.toEqual({});
  writeFileSync(join(root, 'tools/evil.mjs'), 'changed\n');
  await expect(read()).rejects.toMatchObject({
    code: 'NOT_TRUSTED',
    untrusted: [{ what: join(root, 'tools/evil.mjs') }],
  });
});

test('a program is confirmed wherever a link of the repository leads', async () => {
  const { root, read } = configured({ 'sage.config.mjs': '', 'node_modules/evil/index.mjs': OWN });
  rmSync(join(root, 'sage.config.mjs'));
  symlinkSync('node_modules/evil/index.mjs', join(root, 'sage.config.mjs'));
  await expect(read()).rejects.toMatchObject({ code: 'NOT_TRUSTED' });
});

test.each([
  ["import('./a.js')", false],
  ['require(`./a.js`)', false],
  ["import(/* webpackIgnore: true */ './a.js', { with: { type: 'json' } })", false],
  ["import x from './a.js'; const y = own.require(z);", false],
  ["const require = createRequire(import.meta.url); require('./a.cjs')", false],
  ["import('./a' + ending)", true],
  ['import(`./${name}.js`)', true],
  ['require(name)', true],
  ['require.resolve(name)', true],
  ['const load = createRequire(import.meta.url)', true],
])('a program that loads what its text does not name is known: %s', (text, expected) => {
  expect(importsComputed(text)).toBe(expected);
});

test('a program that loads what its text does not name is confirmed with a word about it', async () => {
  const home = temporaryFolder();
  const config = join(home, 'sage.config.mjs');
  put(home, { 'sage.config.mjs': "await import('./a.mjs'); export default {}", 'a.mjs': 'import(name)' });
  const untrusted = await untrustedFiles(config, { HOME: home });
  expect(untrusted.map(describeUntrusted)).toEqual([
    config,
    `${join(home, 'a.mjs')} (loads files that cannot be known in advance)`,
  ]);
});
