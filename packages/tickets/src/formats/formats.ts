import type { BacklogFormat } from './format.ts';
import { taskMaster } from './task-master/task-master.ts';

/** The formats of other tools, in the order in which they are looked for. */
export const BACKLOG_FORMATS: readonly BacklogFormat[] = [taskMaster];
