// Opens files until no more may be opened, asks a git session twice, reads a git's output, and prints what that throws.
import { openSync } from 'node:fs';
import { GitSession, openRepository } from '../src/index.ts';
import { readGitOutput } from '../src/process/read-output.ts';

const repository = await openRepository(process.argv[2] ?? '');
const session = new GitSession(repository);
try {
  for (;;) openSync('/dev/null', 'r');
} catch {
  // None is left.
}
const asked = [
  () => session.readRef('HEAD'),
  () => session.readRef('HEAD'),
  () => readGitOutput(repository, ['cat-file', 'blob', 'HEAD:a'], async () => Promise.resolve(true)),
];
for (const ask of asked) {
  await ask().then(
    () => console.log('answered'),
    (error: unknown) => console.log(String(error)),
  );
}
