// Runs an attempt for each shell script of its arguments, in the repository of the first, as a user who is not root. Prints
// what came of them.
import { readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openRepository, resolveCommit } from '@sage/git';
import { becomeOrdinaryUser } from '@sage/test-support/ordinary-user';
import { openWorkers } from '../src/index.ts';

const [root = '', ...scripts] = process.argv.slice(2);
becomeOrdinaryUser();
const repository = await openRepository(root);
const base = (await resolveCommit(repository, 'HEAD')) ?? '';
const folder = homedir();
const agent = { name: 'test', command: `. "${folder}/$SAGE_TICKET_ID.sh"`, metered: false };
const workers = await openWorkers({ repository, agent, timeout: 60_000 });
const results: object[] = [];
for (const [index, script] of scripts.entries()) {
  const id = `T-${index + 1}`;
  await writeFile(join(folder, `${id}.sh`), script);
  const ticket = { id, title: id, type: 't', component: 'c' };
  results.push(
    await workers.run({ run: `ordinary-${process.pid}`, worker: 1, attempt: 1, ticket, base, message: 'm' }),
  );
}
await workers.close();
console.log(JSON.stringify([...results, { left: await readdir(join(folder, '.cache')) }]));
