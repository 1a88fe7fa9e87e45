import { expect, test } from 'vitest';
import { Sandbox } from '../sandbox.ts';
import { type Attempt, attempt } from './attempt.ts';

/** A slice of `pnpm fuzz:backlogs`. */
const COUNT = 3_000;

test('damaged backlogs are read, or refused in one line; what is read can be written, and nothing else changes', () => {
  const seen = new Set<string>();
  for (let number = 0; number < COUNT; number++) {
    const { format, outcome } = attempt(number);
    seen.add(`${format}: ${outcome}`);
  }
  expect([...seen].toSorted()).toEqual(
    ['backlog-md', 'beads', 'openspec', 'spec-kit', 'task-master'].flatMap((format) => [
      `${format}: read`,
      `${format}: refused`,
    ]),
  );
});

test('a damaged backlog keeps its bytes on disk, whatever is asked of it', async () => {
  const refused: Attempt[] = [];
  for (let number = 0; refused.length < 5; number++) {
    const one = attempt(number);
    if (one.outcome === 'refused' && !refused.some(({ format }) => format === one.format)) refused.push(one);
  }
  for (const { format, texts } of refused) {
    const sandbox = await Sandbox.create([], { indexed: false, files: Object.fromEntries(texts) });
    for (const args of [['validate'], ['import', format]]) {
      const { exitCode, stderr } = await sandbox.sage(
        ...args,
        ...(args[0] === 'import' ? [] : ['--source', format]),
      );
      expect({ args, exitCode, stderr }).toEqual({
        args,
        exitCode: expect.toBeOneOf([1, 2]) as number,
        stderr: expect.not.stringContaining('internal error') as string,
      });
    }
    expect(sandbox.git('status', '--porcelain')).toBe('');
  }
});
