import type { Decision } from '@sage/stream';
import { expect, test } from 'vitest';
import { heldWhileAsking } from '../src/reporters/held.ts';

test('one question is open at a time, and what is reported meanwhile comes after its answer', async () => {
  const told: string[] = [];
  const answers: ((answer: Decision) => void)[] = [];
  const terminal = {
    event: () => void told.push('event'),
    resumed: () => void told.push('resumed'),
    notice: (text: string) => void told.push(text),
  };
  const { reporter, ask } = heldWhileAsking(terminal, ({ kind }) => {
    told.push(`asks ${kind}`);
    return new Promise((resolve) => answers.push(resolve));
  });
  const ticket = { id: 'A' } as never;
  reporter.notice('one');
  const [first, second] = [
    ask({ kind: 'start', ticket }),
    ask({ kind: 'permission', ticket, title: 'x', paths: [] }),
  ];
  await Promise.resolve();
  reporter.notice('two');
  expect(told).toEqual(['one', 'asks start']);
  answers[0]?.('yes');
  expect(await first).toBe('yes');
  await Promise.resolve();
  expect(told).toEqual(['one', 'asks start', 'two', 'asks permission']);
  answers[1]?.('no');
  expect(await second).toBe('no');

  const quits = ask({ kind: 'start', ticket });
  await Promise.resolve();
  answers[2]?.('quit');
  expect([await quits, await ask({ kind: 'start', ticket })]).toEqual(['quit', 'quit']);
  expect(answers).toHaveLength(3);
});
