import type { RosterEntry } from '@sage/cluster';

/** The workers on other machines, one block each: description and activity. */
export function formatWorkers(workers: readonly RosterEntry[]): string {
  if (workers.length === 0) return 'no worker has joined: start one with sage worker --broker ADDRESS\n';
  return workers.map(formatWorker).join('');
}

function formatWorker({ description, activity }: RosterEntry): string {
  const { name, host, labels, slots, agents, sage, node, git } = description;
  const attempts = activity?.attempts ?? [];
  const state = !activity
    ? 'gone'
    : activity.draining
      ? 'takes nothing more'
      : `${attempts.length} of ${slots === 1 ? '1 slot' : `${slots} slots`}`;
  const offers = [...agents.map((agent) => [agent.name, agent.version].filter(Boolean).join(' ')), ...labels];
  const lines = [
    `${name}  ${state}  ${offers.join(', ')}`,
    `  on ${host}, sage ${sage}, node ${node}, git ${git}${freeText(activity?.freeDisk ?? description.freeDisk)}`,
    ...agents
      .filter(({ signedIn }) => signedIn === false)
      .map((agent) => `  ${agent.name} is not signed in there`),
    ...attempts.map(
      ({ ticket, attempt, run, activity: now }) =>
        `  ${ticket}: attempt ${attempt} of run ${run}${now === undefined ? '' : `: ${now}`}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function freeText(bytes: number | undefined): string {
  return bytes === undefined ? '' : `, ${Math.floor(bytes / 1e9)} GB free`;
}
