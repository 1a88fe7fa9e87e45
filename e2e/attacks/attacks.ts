import type { Attack } from './attack.ts';
import { GIT } from './git.ts';
import { PROCESSES } from './processes.ts';
import { READS } from './reads.ts';
import { SETTINGS } from './settings.ts';
import { WRITES } from './writes.ts';

export const ATTACKS: readonly Attack[] = [...WRITES, ...READS, ...GIT, ...SETTINGS, ...PROCESSES];
