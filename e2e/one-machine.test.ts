import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

/** Notes each file that a process loads. */
const HOOK = (file: string) => `import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (found.url.startsWith('file:')) appendFileSync(${JSON.stringify(file)}, found.url + '\\n');
    return found;
  },
});
`;

test('a run on one machine loads nothing of what several machines need', async () => {
  const sandbox = await Sandbox.create([{ id: 'A-1' }]);
  const [hook, noted] = [join(sandbox.root, '../hook.mjs'), join(sandbox.root, '../noted')];
  writeFileSync(hook, HOOK(noted));
  const start = (...words: string[]) => sandbox.start(words, { NODE_OPTIONS: `--import ${hook}` });
  const agent = ['--agent-command', WRITE_OWN_FILE];
  expect(await start('stream', '--auto', ...agent)).toMatchObject({ exitCode: 0 });
  expect(await start('status')).toMatchObject({ exitCode: 0 });
  expect(await loaded(noted)).toMatch(/stream.*--auto/s);
  expect(await loaded(noted)).not.toContain('maxStalledCount');
  const refused = await start('stream', '--auto', '--broker', 'redis://127.0.0.1:1', ...agent);
  expect([refused.exitCode, refused.stderr]).toEqual([
    2,
    expect.stringContaining('broker redis://127.0.0.1:1 cannot be used'),
  ]);
  // BullMQ is loaded here.
  expect(await loaded(noted)).toContain('maxStalledCount');
});

/** The text of all files that were noted. */
async function loaded(noted: string): Promise<string> {
  const urls = new Set((await readFile(noted, 'utf8')).trim().split('\n'));
  const texts = await Promise.all([...urls].map((url) => readFile(new URL(url), 'utf8')));
  return texts.join('\n');
}
