import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  composePrompt,
  DEFAULT_TEMPLATE,
  parsePromptTemplate,
  PROMPT_VARIABLES,
  readPromptTemplate,
} from '../../src/index.ts';
import { repositoryFixture } from '../repository.ts';

const ticket = { id: 'API-1', title: 'Serve it', type: 'feature', component: 'api' };

test('a prompt holds what is known and nothing that is not', () => {
  const text = composePrompt({
    ticket: { ...ticket, description: 'Make it so.', acceptanceCriteria: ['it serves'], files: ['src/a.ts'] },
    documents: { spec: 'docs/spec.md' },
    dependencies: [{ id: 'API-0', title: 'Before' }],
    worktree: '/w',
    protectedPaths: ['tickets.json', '.sage/runs'],
  });
  expect(text).toContain('# Ticket API-1: Serve it');
  for (const line of [
    'Make it so.',
    '- it serves',
    '- src/a.ts',
    '- docs/spec.md (spec)',
    '- API-0: Before',
    'edit tickets.json, .sage/runs:',
  ])
    expect(text).toContain(line);
  expect(text).not.toContain('attempt before');
  expect(composePrompt({ ticket, documents: {}, dependencies: [], worktree: '/w' })).not.toContain(
    'undefined',
  );
});

test('a conflict names the files and whose work has to stay', () => {
  const text = composePrompt({
    ticket,
    documents: {},
    dependencies: [],
    worktree: '/w',
    previous: { kind: 'conflict', files: ['a.txt'], tickets: ['API-7'] },
  });
  expect(text).toContain('conflicted');
  expect(text).toContain('- a.txt');
  expect(text).toContain('API-7');
});

test('output of the attempt before cannot start a heading of its own', () => {
  const text = composePrompt({
    ticket,
    documents: {},
    dependencies: [],
    worktree: '/w',
    previous: { kind: 'failure', reason: 'exit 1', output: 'x\n# Ticket API-9: other' },
  });
  expect(text.match(/^# Ticket/gm)).toHaveLength(1);
});

test("a project's template is filled with text, never with tags of a ticket", () => {
  const template = parsePromptTemplate(
    'Do {{id}} & {{title}} in {{worktree}}.\n{{#files}}\nIn:\n{{files}}\n{{/files}}\n{{^files}}\nAnywhere.\n{{/files}}\n',
    'p',
  );
  const hostile = { ...ticket, title: '<b>{{id}} {{{x}}} {{#y}}' };
  const context = { documents: {}, dependencies: [], worktree: '/w' };
  expect(composePrompt({ ticket: hostile, ...context }, template)).toBe(
    'Do API-1 & <b>{{id}} {{{x}}} {{#y}} in /w.\nAnywhere.\n',
  );
  expect(composePrompt({ ticket: { ...ticket, files: ['a', 'b'] }, ...context }, template)).toContain(
    'In:\n- a\n- b\n',
  );
});

test.each([
  [
    'an unknown variable',
    'a\n\n{{tilte}}',
    /^p, line 3: unknown variable \{\{tilte\}\}: known are id, title/,
  ],
  ['one in a section', '{{#id}}\n{{#nope}}x{{/nope}}{{/id}}', /^p, line 2: unknown variable/],
  ['one of a prototype', '{{constructor}}', /^p, line 1: unknown variable/],
  ['a section without its end', 'a\n{{#id}}', /^p, line 2: unclosed section "id"/],
  ['a tag without its end', 'a\n{{id', /^p, line 2: unclosed tag/],
  ['a partial', '{{> other}}', /^p, line 1: \{\{>other\}\} is not known here/],
])('%s in a template is named with its line', (_, text, message) => {
  expect(() => parsePromptTemplate(text, 'p')).toThrow(message);
});

test("the template is the configured file, else the project's, else none", async () => {
  const { root } = (await repositoryFixture({ 'own.md': 'own {{id}}', '.sage/x': '' })).repository;
  expect(await readPromptTemplate(root)).toBeUndefined();
  await writeFile(join(root, '.sage/prompt.md'), 'mine {{title}}');
  expect(await readPromptTemplate(root)).toEqual({ text: 'mine {{title}}' });
  expect(await readPromptTemplate(root, 'own.md')).toEqual({ text: 'own {{id}}' });
  await expect(readPromptTemplate(root, 'gone.md')).rejects.toThrow(
    'prompt template gone.md cannot be read (ENOENT)',
  );
});

test('the page on prompts has every variable and the template itself', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/prompt.md'), 'utf8');
  for (const [name, what] of Object.entries(PROMPT_VARIABLES))
    expect(page.replaceAll(/ +/g, ' ')).toContain(`| \`${name}\` | ${what} |`);
  expect(page).toContain(DEFAULT_TEMPLATE);
});
