// How much faster three workers are than one: 9 independent tickets of equal length, side by side, in turn.
import { backlogRepository, stream } from './repository.ts';

const TICKETS = 9;
const SECONDS = 5;
const ROUNDS = 2;
const AGENT = `sleep ${SECONDS}; echo "$SAGE_TICKET_ID" > "$SAGE_TICKET_ID.txt"`;

export async function parallel(): Promise<string[]> {
  const ratios: number[] = [];
  const rows: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const one = await timed();
    const three = await timed('--parallel=3');
    ratios.push(three / one);
    rows.push(
      `| ${round + 1} | ${one.toFixed(2)} s | ${three.toFixed(2)} s | ${(three / one).toFixed(3)} | ${(1.15 / 3).toFixed(3)} |`,
    );
  }
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  return [
    `${TICKETS} tickets of ${SECONDS} s`,
    '',
    '| round | 1 worker | 3 workers | ratio | goal |',
    '|---|---|---|---|---|',
    ...rows,
    `| median | | | ${median.toFixed(3)} | ${(1.15 / 3).toFixed(3)} |`,
  ];
}

async function timed(...args: string[]): Promise<number> {
  const { root, git, remove } = backlogRepository(TICKETS);
  const { seconds, exitCode } = await stream(root, AGENT, ...args);
  const landed = Number(git('rev-list', '--count', 'HEAD')) - 1;
  remove();
  if (exitCode !== 0 || landed !== TICKETS)
    throw new Error(`exit ${exitCode}, ${landed} of ${TICKETS} landed`);
  return seconds;
}
