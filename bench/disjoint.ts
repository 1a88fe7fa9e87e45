// 100 runs of 9 tickets with disjoint changes: every one lands, none conflicts.
import { backlogRepository, stream } from './repository.ts';

const RUNS = 100;
const TICKETS = 9;
const AGENT = 'mkdir -p "out/$SAGE_TICKET_ID"; echo "$SAGE_TICKET_ID" > "out/$SAGE_TICKET_ID/file.txt"';

export async function disjoint(): Promise<string[]> {
  let landed = 0;
  let conflicts = 0;
  let seconds = 0;
  for (let run = 0; run < RUNS; run++) {
    const { root, git, remove } = backlogRepository(TICKETS);
    const result = await stream(root, AGENT, '--parallel=3');
    landed += Number(git('rev-list', '--count', 'HEAD')) - 1;
    conflicts += result.events.filter(({ event }) => event === 'landing.conflicted').length;
    seconds += result.seconds;
    remove();
  }
  return [
    `${RUNS} runs of ${TICKETS} tickets on 3 workers`,
    '',
    '| landed | conflicts | seconds a run |',
    '|---|---|---|',
    `| ${landed} of ${RUNS * TICKETS} | ${conflicts} | ${(seconds / RUNS).toFixed(2)} |`,
  ];
}
