// A coordinator to be killed: runs one attempt in the repository and with the request of its arguments.
import { openRepository } from '@sage/git';
import { openWorkers, type WorkRequest } from '../src/index.ts';

const [root = '', command = '', request = ''] = process.argv.slice(2);
const agent = { name: 'test', command, metered: false };
const workers = await openWorkers({ repository: await openRepository(root), agent, timeout: 60_000 });
await workers.run(JSON.parse(request) as WorkRequest);
