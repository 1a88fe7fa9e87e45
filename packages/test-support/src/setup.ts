import { afterAll } from 'vitest';
import { removeTemporaryFolders } from './temporary-folder.ts';

// A setup file of the tests: it runs before each file of them, in a process that several share.
afterAll(removeTemporaryFolders);
