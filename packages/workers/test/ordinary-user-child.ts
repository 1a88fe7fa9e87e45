// Runs an attempt for each command of its arguments, in the repository of the first, and prints what came of them.
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openRepository, resolveCommit } from '@sage/git';
import { openWorkers } from '../src/index.ts';

const [root = '', ...commands] = process.argv.slice(2);
const repository = await openRepository(root);
const base = (await resolveCommit(repository, 'HEAD')) ?? '';
const agent = {
  name: 'test',
  command: 'eval "$(cat "$SAGE_TICKET_FILE" | node -p "JSON.parse(require(\'fs\').readFileSync(0)).title")"',
  metered: false,
};
const workers = await openWorkers({ repository, agent, timeout: 60_000 });
const results: object[] = [];
for (const [index, title] of commands.entries()) {
  const ticket = { id: `T-${index + 1}`, title, type: 't', component: 'c' };
  results.push(
    await workers.run({ run: `ordinary-${process.pid}`, worker: 1, attempt: 1, ticket, base, message: 'm' }),
  );
}
await workers.close();
console.log(JSON.stringify([...results, { left: await readdir(join(homedir(), '.cache/sage')) }]));
