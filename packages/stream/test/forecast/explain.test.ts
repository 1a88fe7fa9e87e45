import { expect, test } from 'vitest';
import { BacklogError } from '../../src/errors.ts';
import { type Explanation, explainTicket } from '../../src/forecast/explain.ts';
import { backlogRepository } from './backlog-repository.ts';

async function explainIn(raw: readonly object[], parallel: number) {
  const directory = await backlogRepository(raw);
  return (ticket: string): Promise<Explanation> =>
    explainTicket({ directory, parallel, maxAttempts: 2, ticket });
}

test('what is kept apart by files and what by conflicts_with', async () => {
  const explain = await explainIn(
    [
      { id: 'A-1', files: ['x'], estimated_minutes: 50 },
      { id: 'A-2', files: ['x'], estimated_minutes: 40 },
      { id: 'A-3', conflicts_with: ['A-1'], estimated_minutes: 30 },
    ],
    3,
  );
  expect(await explain('A-1')).toMatchObject({ neverBeside: ['A-2', 'A-3'], conflictsWith: ['A-3'] });
  expect(await explain('A-3')).toMatchObject({ starts: { minutes: 50, because: 'conflict', ticket: 'A-1' } });
});

test('a completed ticket waits for nothing and holds nobody up', async () => {
  const explain = await explainIn(
    [
      { id: 'A-1' },
      { id: 'A-2', state: 'COMPLETED', dependencies: ['A-1'] },
      { id: 'A-3', dependencies: ['A-2'] },
    ],
    1,
  );
  expect(await explain('A-2')).toMatchObject({ waitsFor: [], unblocks: [], blockedBy: [] });
  expect(await explain('A-3')).toMatchObject({ waitsFor: [] });
});

test('a container is called one', async () => {
  const explain = await explainIn(
    [
      { id: 'E-1', children: ['E-2'] },
      { id: 'E-2', parent: 'E-1' },
    ],
    1,
  );
  const epic = await explain('E-1');
  expect(epic).toMatchObject({ container: true, waitsFor: ['E-2'] });
  expect(epic).not.toHaveProperty('starts');
  expect(await explain('E-2')).toMatchObject({ container: false, starts: { because: 'first' } });
});

test('tickets of less than a few seconds have a reason, too', async () => {
  const explain = await explainIn(
    [
      { id: 'A-1', estimated_minutes: 0.02 },
      { id: 'A-2', dependencies: ['A-1'], estimated_minutes: 0.02 },
    ],
    2,
  );
  expect(await explain('A-2')).toMatchObject({
    starts: { minutes: 0.02, because: 'dependency', ticket: 'A-1' },
  });
});

test('an unknown id is an error that names the flag', async () => {
  const explain = await explainIn([{ id: 'A-1' }], 1);
  await expect(explain('A-9')).rejects.toThrow(BacklogError);
  await expect(explain('A-9')).rejects.toThrow('--explain: no ticket "A-9": did you mean');
});

test('what waits for it alone is unblocked by it, what waits for others as well is not', async () => {
  const explain = await explainIn(
    [
      { id: 'A-1' },
      { id: 'A-2' },
      { id: 'A-3', dependencies: ['A-1'] },
      { id: 'A-4', dependencies: ['A-1', 'A-2'] },
      { id: 'A-5', state: 'COMPLETED' },
      { id: 'A-6', dependencies: ['A-5', 'A-1'] },
    ],
    1,
  );
  expect(await explain('A-1')).toMatchObject({ unblocks: ['A-3', 'A-6'], partlyBlocks: ['A-4'] });
});
