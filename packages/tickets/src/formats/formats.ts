import type { BacklogFormat } from './format.ts';
import { backlogMd } from './backlog-md/backlog-md.ts';
import { beads } from './beads/beads.ts';
import { openspec } from './openspec/openspec.ts';
import { specKit } from './spec-kit/spec-kit.ts';
import { taskMaster } from './task-master/task-master.ts';

/** The formats of other tools, in the order in which they are looked for. */
export const BACKLOG_FORMATS: readonly BacklogFormat[] = [taskMaster, beads, specKit, openspec, backlogMd];
