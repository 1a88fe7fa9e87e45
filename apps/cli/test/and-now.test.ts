import { expect, test } from 'vitest';
import { andNow, andNowLines } from '../src/reporters/and-now.ts';

const NEXT = {
  resume: 'sage stream --resume',
  git: 'git',
  report: 'sage report',
  pr: 'sage pr',
};
const base = 'b'.repeat(40);
const landed = new Map([['A-1', 'c'.repeat(40)]]);
const own = { base, target: 'refs/heads/sage/2026-11-23-fd4133', from: 'refs/heads/main', completed: landed };

test('what landed on a branch of its own is looked at, and merged', () => {
  expect(andNowLines(own, NEXT)).toEqual([
    'And now: git log --oneline bbbbbbbbbb..sage/2026-11-23-fd4133',
    '         git switch main && git merge sage/2026-11-23-fd4133',
    '         sage pr',
    '         sage report',
  ]);
});

test("what landed on the user's own branch is there already", () => {
  expect(andNowLines({ ...own, target: "refs/heads/it's", from: undefined }, NEXT)).toEqual([
    `And now: git log --oneline bbbbbbbbbb..'it'\\''s'`,
    '         sage report',
  ]);
});

test('where nothing has landed there is the report', () => {
  expect(andNowLines({ ...own, completed: new Map() }, NEXT)).toEqual(['And now: sage report']);
});

test('a run that is not over goes on first', () => {
  expect(andNow(own, 'interrupted', NEXT)[0]).toBe('sage stream --resume');
  expect(andNow({ ...own, completed: new Map() }, 'killed', NEXT)).toEqual(['sage stream --resume']);
});
