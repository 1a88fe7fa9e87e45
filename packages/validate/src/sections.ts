import { checkCheckpoints } from './checks/checkpoints.ts';
import { checkCycles } from './checks/cycles.ts';
import { checkFields } from './checks/fields.ts';
import { checkHierarchy } from './checks/hierarchy.ts';
import { checkDuplicates, checkIdForm } from './checks/ids.ts';
import { checkMarkdownFiles } from './checks/markdown-files.ts';
import { checkParallel } from './checks/parallel.ts';
import type { Surroundings } from './checks/parallel.ts';
import { checkReferences } from './checks/references.ts';
import { checkStates } from './checks/states.ts';
import { checkSubTasks } from './checks/sub-tasks.ts';
import { checkSummary } from './checks/summary.ts';
import { checkValidationScripts } from './checks/validation-scripts.ts';
import { checkPriorities, checkTypes, checkValidationTypes } from './checks/vocabulary.ts';
import type { Finding } from './finding.ts';
import type { Parallelisation } from './report.ts';
import type { IndexUnderTest } from './index-under-test.ts';

export interface Section {
  readonly section: number;
  readonly name: string;
  readonly group: 'schema' | 'duplicates' | 'dependencies' | 'files' | 'parallel' | 'summary';
  /** The message if nothing was found. */
  readonly passMessage: string;
  run(
    index: IndexUnderTest,
    surroundings: Surroundings,
    potential: Parallelisation,
  ): Finding[] | Promise<Finding[]>;
}

export const SECTIONS: readonly Section[] = [
  {
    section: 1,
    name: 'json',
    group: 'schema',
    passMessage: 'the index is JSON with a list of tickets',
    run: () => [],
  },
  {
    section: 2,
    name: 'fields',
    group: 'schema',
    passMessage: 'every ticket has the fields it needs',
    run: checkFields,
  },
  {
    section: 3,
    name: 'duplicates',
    group: 'duplicates',
    passMessage: 'every id belongs to one ticket',
    run: checkDuplicates,
  },
  {
    section: 4,
    name: 'ids',
    group: 'schema',
    passMessage: 'every id is of the form COMPONENT-NUMBER',
    run: checkIdForm,
  },
  { section: 5, name: 'states', group: 'schema', passMessage: 'every state is known', run: checkStates },
  {
    section: 6,
    name: 'references',
    group: 'dependencies',
    passMessage: 'every dependency is a ticket',
    run: checkReferences,
  },
  {
    section: 7,
    name: 'cycles',
    group: 'dependencies',
    passMessage: 'no ticket waits for itself',
    run: checkCycles,
  },
  {
    section: 8,
    name: 'hierarchy',
    group: 'dependencies',
    passMessage: 'parents and children agree',
    run: checkHierarchy,
  },
  {
    section: 9,
    name: 'markdown',
    group: 'files',
    passMessage: 'ticket files and tickets agree',
    run: checkMarkdownFiles,
  },
  {
    section: 10,
    name: 'priorities',
    group: 'schema',
    passMessage: 'every priority is known',
    run: checkPriorities,
  },
  { section: 11, name: 'types', group: 'schema', passMessage: 'every type is known', run: checkTypes },
  {
    section: 12,
    name: 'validation-types',
    group: 'schema',
    passMessage: 'every validation type is known',
    run: checkValidationTypes,
  },
  {
    section: 13,
    name: 'sub-tasks',
    group: 'schema',
    passMessage: 'every sub-task is complete',
    run: checkSubTasks,
  },
  {
    section: 14,
    name: 'validation-scripts',
    group: 'schema',
    passMessage: 'every validation script can be run',
    run: checkValidationScripts,
  },
  {
    section: 15,
    name: 'parallel',
    group: 'parallel',
    passMessage: 'a parallel run has what it needs',
    run: (_, surroundings, potential) => checkParallel(surroundings, potential),
  },
  {
    section: 16,
    name: 'checkpoints',
    group: 'files',
    passMessage: 'git knows every checkpoint',
    run: checkCheckpoints,
  },
  { section: 17, name: 'summary', group: 'summary', passMessage: 'the numbers agree', run: checkSummary },
];

/** Valid values of `checks`: a section, or a group of sections (`schema`, `dependencies`, `files`). */
export const CHECK_NAMES: readonly string[] = [
  ...new Set(SECTIONS.flatMap(({ group, name }) => [group, name])),
];
