import { openRepository } from '@sage/git';
import { memoryLog, memorySource, virtualClock } from '@sage/test-support';
import { repository } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { readBacklog } from '../../src/backlog/backlog.ts';
import { LiveBacklog } from '../../src/backlog/live-backlog.ts';
import { Scheduling } from '../../src/scheduling/scheduling.ts';

test('tickets that no file is known of are not compared with those that run', async () => {
  const { root, git } = repository({ 'src/a.ts': '1\n' });
  const source = memorySource([{ id: 'A-1', description: 'mend src/a.ts' }, { id: 'A-2' }]);
  const read = await readBacklog(source);
  const selection = new Set(['A-1', 'A-2']);
  const clock = virtualClock();
  const { rules } = await Scheduling.open({
    repository: await openRepository(root),
    tip: git('rev-parse', 'HEAD'),
    backlog: new LiveBacklog(read, selection),
    componentLimits: undefined,
    log: memoryLog(clock.now),
    clock,
  });
  const { mayConflict } = rules.conflictChance ?? {};
  expect([mayConflict?.('A-1'), mayConflict?.('A-2')]).toEqual([true, false]);
});
