// Runs the function of its first argument on the path of its second, as a user who is not root, and prints the result.
import { becomeOrdinaryUser } from '@sage/test-support/ordinary-user';
import { removeOrSetAside, removeTree } from '../src/remove-tree.ts';

const functions = new Map(Object.entries({ removeTree, removeOrSetAside }));
const [name = '', path = ''] = process.argv.slice(2);
becomeOrdinaryUser();
console.log((await functions.get(name)?.(path)) ?? '');
