import { expect, test } from 'vitest';
import { queueVerification } from '../../src/verification/verify.ts';

const asked: Record<string, unknown>[] = [];
const workers = {
  async check(request: object) {
    asked.push({ ...request });
    return { ok: true, output: 'fine' };
  },
};

test('verify runs the command on exactly the commit that would land', async () => {
  const stop = new AbortController();
  const { verify, verifyMode, verifySlots } = queueVerification(
    { command: 'npm test', timeout: 5 },
    { workers, run: 'r', stop: stop.signal },
  );
  const candidate = { commit: 'c1', signal: new AbortController().signal };
  expect(await verify(candidate)).toEqual({ ok: true, output: 'fine' });
  expect(asked.at(-1)).toMatchObject({ run: 'r', command: 'npm test', commit: 'c1', timeout: 5 });
  const { signal } = asked.at(-1) as { signal: AbortSignal };
  expect(signal.aborted).toBe(false);
  stop.abort();
  expect(signal.aborted).toBe(true);
  expect({ verifyMode, verifySlots }).toEqual({ verifyMode: 'chain', verifySlots: 1 });
});

test('a verdict is known again for the same command and the same values of its variables only', () => {
  const key = (command: string, environment: readonly string[], values: NodeJS.ProcessEnv) =>
    queueVerification({ command, environment }, { workers, run: 'r', variables: values }).verifyKey;
  const same = key('npm test', ['B', 'A'], { A: '1', B: '2' });
  expect(key('npm test', ['A', 'B'], { A: '1', B: '2', C: '3' })).toBe(same);
  expect(key('npm test', ['A', 'B'], { A: '1', B: '3' })).not.toBe(same);
  expect(key('npm test', ['A', 'B'], { A: '1' })).not.toBe(same);
  expect(key('npm run test', ['A', 'B'], { A: '1', B: '2' })).not.toBe(same);
});
