// Moves a checkout, and is killed meanwhile: `checkout-child.ts DIRECTORY FROM TO`.
import { lockIndex, moveCheckout, openRepository } from '../src/index.ts';

const [directory = '', from = '', to = ''] = process.argv.slice(2);
const checkout = await openRepository(directory);
await using index = await lockIndex(checkout);
await moveCheckout(checkout, index, from, to);
await index.write();
