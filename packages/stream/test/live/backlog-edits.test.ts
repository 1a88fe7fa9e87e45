import { memorySource } from '@sage/test-support';
import { expect, test } from 'vitest';
import { BacklogEdits } from '../../src/live/backlog-edits.ts';

/** A source that cannot be read in these versions. */
function watched(unreadable: ReadonlySet<string>) {
  const notices: string[] = [];
  const inner = memorySource([{ id: 'A-1' }]);
  let version = 'first';
  const source = {
    ...inner,
    version: async () => version,
    read: async () => {
      if (unreadable.has(version)) throw new Error(`no index in ${version}`);
      throw new Error('read');
    },
  };
  let seconds = 0;
  const clock = { now: () => new Date(1_000 * seconds) };
  const context = { source, clock, notice: (text: string) => notices.push(text) };
  const edits = new BacklogEdits(
    context as unknown as ConstructorParameters<typeof BacklogEdits>[0],
    { scheduler: { isRunning: () => false } } as unknown as ConstructorParameters<typeof BacklogEdits>[1],
    {},
  );
  /** A second after the last look. */
  const look = async (now: string, after = 1) => {
    seconds += after;
    version = now;
    if (await edits.hasChanged()) await edits.take();
    return notices.length;
  };
  return { look, notices };
}

test('a file that is gone for one look only is nothing to speak of', async () => {
  const { look } = watched(new Set(['gone']));
  expect([await look('gone'), await look('other'), await look('gone')]).toEqual([0, 0, 0]);
});

test('nor is one that is gone for two looks, one right after the other', async () => {
  const { look } = watched(new Set(['gone']));
  expect([await look('gone'), await look('gone', 0.1), await look('other')]).toEqual([0, 0, 0]);
});

test('what cannot be read twice is said, once', async () => {
  const { look, notices } = watched(new Set(['broken']));
  for (let n = 0; n < 4; n += 1) await look('broken');
  expect(notices).toEqual(['no index in broken; the run continues with the last version that it could read']);
});
