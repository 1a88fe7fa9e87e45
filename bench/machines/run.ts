// Figures of runs on several machines, all of them on 127.0.0.1: `pnpm bench:machines [name ...]`. Needs redis-server.
import { printTables } from '../print-tables.ts';
import { cancel } from './cancel.ts';
import { broker, dispatch, parallel } from './dispatch.ts';
import { loss } from './loss.ts';
import { thousand } from './thousand.ts';

await printTables({
  dispatch,
  parallel,
  broker,
  loss,
  cancel,
  thousand,
});
