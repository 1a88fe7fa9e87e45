import { afterAll } from 'vitest';
import { removeTemporaryFolders } from './temporary-folder.ts';

// A setup file of vitest: runs before each test file, in a process that several files share.
afterAll(removeTemporaryFolders);
