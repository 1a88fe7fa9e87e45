// Opens files until no more may be opened, asks a git session, and prints what that throws.
import { openSync } from 'node:fs';
import { GitSession, openRepository } from '../src/index.ts';

const repository = await openRepository(process.argv[2] ?? '');
const session = new GitSession(repository);
try {
  for (;;) openSync('/dev/null', 'r');
} catch {
  // None is left.
}
for (let attempt = 1; attempt <= 2; attempt += 1) {
  await session.readRef('HEAD').then(
    () => console.log('answered'),
    (error: unknown) => console.log(String(error)),
  );
}
