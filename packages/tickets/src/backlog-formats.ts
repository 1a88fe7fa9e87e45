import type { BacklogFormat } from './formats/format.ts';
import { backlogMd } from './formats/backlog-md/backlog-md.ts';
import { beads } from './formats/beads/beads.ts';
import { openspec } from './formats/openspec/openspec.ts';
import { specKit } from './formats/spec-kit/spec-kit.ts';
import { taskMaster } from './formats/task-master/task-master.ts';

/** The formats of other tools, in the order in which they are detected. */
export const BACKLOG_FORMATS: readonly BacklogFormat[] = [taskMaster, beads, specKit, openspec, backlogMd];
