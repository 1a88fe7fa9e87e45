import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CannotCheckError } from '../src/errors.ts';
import { CHECK_NAMES } from '../src/sections.ts';
import { validate } from '../src/validate.ts';
import { repository } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { filesBelow, reportOn, sound, writeIndex } from './fixture.ts';

const agent = { name: 'git', program: 'git' };

test('validate: has all 17 sections in order, and is ok for a sound index', async () => {
  const report = await reportOn([sound('A-1'), sound('B-1', { dependencies: ['A-1'] })], {
    root: repository().root,
    agent,
    cores: 2,
    strict: true,
  });
  expect([...new Set(report.checks.map(({ section }) => section))]).toEqual(
    Array.from({ length: 17 }, (_, index) => index + 1),
  );
  expect(report.checks.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(report).toMatchObject({ v: 1, ok: true, cycles: [] });
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('validate: lets warnings pass unless it is strict', async () => {
  const tickets = [sound('odd id')];
  expect(await reportOn(tickets, { checks: ['ids'] })).toMatchObject({ ok: true });
  expect(await reportOn(tickets, { checks: ['ids'], strict: true })).toMatchObject({ ok: false });
});

test('validate: runs the sections that are named, alone or by group', async () => {
  const sections = async (...checks: string[]) =>
    (await reportOn([], { checks })).checks.map(({ section }) => section);
  expect(await sections('duplicates')).toEqual([3]);
  expect(await sections('dependencies')).toEqual([6, 7, 8]);
  expect(await sections('schema')).toEqual([1, 2, 4, 5, 10, 11, 12, 13, 14]);
  expect(await sections('summary', 'cycles', 'dependencies')).toEqual([6, 7, 8, 17]);
  expect(CHECK_NAMES).toEqual(expect.arrayContaining(['schema', 'duplicates', 'dependencies', 'parallel']));
});

test('validate: gives the cycles as paths, also where the section is not run', async () => {
  const tickets = [sound('A-1', { dependencies: ['B-1'] }), sound('B-1', { dependencies: ['A-1'] })];
  expect(await reportOn(tickets, { checks: ['summary'] })).toMatchObject({
    ok: true,
    cycles: [['A-1', 'B-1']],
  });
});

test('validate: reports on an index whose tickets are all unreadable', async () => {
  const report = await reportOn(
    JSON.stringify({ tickets: [null, 1, 'x', [], {}, { id: {} }, sound('A-1', { dependencies: 7 })] }),
  );
  expect(report.ok).toBe(false);
  expect(report.checks.find(({ id }) => id === 'fields.needed')?.tickets).toEqual([
    '#1',
    '#2',
    '#3',
    '#4',
    '#5',
    '#6',
    'A-1',
  ]);
});

test('validate: carries ids of any kind in one line', async () => {
  const ids = ['__proto__', 'constructor', 'a\nb', '\u001b[31m', ''];
  const report = await reportOn(
    ids.map((id) => sound(id, { dependencies: ids.filter((other) => other < id) })),
  );
  expect(report.parallel).toMatchObject({ unprocessed: 5, independent: 1 });
  for (const { message } of report.checks) expect(message).toMatch(/^\P{Cc}+$/u);
});

test('validate: changes nothing', async () => {
  const { root } = repository();
  const index = writeIndex(root, [sound('A-1')]);
  const before = filesBelow(join(root, '.sage'));
  await validate({ root, index });
  expect(filesBelow(join(root, '.sage'))).toEqual(before);
});

test('validate: cannot check what is not there, or what is not a check', async () => {
  const root = temporaryFolder();
  const index = join(root, 'index.json');
  await expect(validate({ root, index })).rejects.toThrow(CannotCheckError);
  await expect(validate({ root, index })).rejects.toMatchObject({
    code: 'NO_INDEX',
    message: expect.stringContaining(index),
  });
  await expect(validate({ root, index: root })).rejects.toMatchObject({ code: 'UNREADABLE' });
  writeFileSync(index, '{"tickets": []}');
  await expect(validate({ root, index, checks: ['spelling'] })).rejects.toMatchObject({
    code: 'UNKNOWN_CHECK',
    message: expect.stringMatching(/^"spelling" is not a check: use schema, json, /),
  });
});

const data = process.env['SAGE_COMPAT_DATA'];
const folder = join(data ?? '', 'sage');
const files = data ? readdirSync(folder) : ['(none)'];

describe.skipIf(!data)('real sage indexes (SAGE_COMPAT_DATA)', () => {
  const manifest: { file: string; states: Record<string, number>; odd_summary: string }[] = data
    ? JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8'))
    : [];

  test.each(files)('%s is sound, and its oddities are found', async (name) => {
    const { states, odd_summary: oddities } = manifest.find(({ file }) => file === `sage/${name}`)!;
    const { checks, cycles, parallel } = await validate({
      root: repository().root,
      index: join(folder, name),
      cores: 4,
    });
    expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(cycles).toEqual([]);
    const byId = new Map(checks.map((check) => [check.id, check]));
    for (const [state, count] of Object.entries(states)) {
      expect(byId.get('summary.counts')!.message).toContain(`${count} ${state}`);
    }
    const premature = /(\d+) COMPLETED with open deps/.exec(oddities)?.[1];
    expect(byId.get('states.premature')?.tickets.length ?? 0).toBe(Number(premature ?? 0));
    for (const counter of oddities.match(/\w+_tickets says \d+/g) ?? []) {
      expect(byId.get('summary.counters')!.message).toContain(counter);
    }
    const open = (states['UNPROCESSED'] ?? 0) + (states['IN_PROGRESS'] ?? 0);
    expect(parallel.unprocessed).toBeLessThanOrEqual(open);
    expect(parallel.width > 0).toBe(parallel.independent > 0);
    expect(name.includes('AgentCore')).toBe(byId.has('hierarchy.own-container'));
  });
});
