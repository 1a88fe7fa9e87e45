// Moves a checkout, and is killed meanwhile: `checkout-child.ts DIRECTORY FROM TO`.
import { moveCheckout, openRepository } from '../src/index.ts';

const [directory = '', from = '', to = ''] = process.argv.slice(2);
await moveCheckout(await openRepository(directory), from, to);
