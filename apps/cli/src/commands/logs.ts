import { once } from 'node:events';
import { resolve } from 'node:path';
import { listLogs, openLog, type TicketLog } from '@sage/stream';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { logsLine } from '../logs-line.ts';
import { formatListedLogs, LogLines } from '../reporters/log.ts';
import { screenOf } from '../reporters/screen.ts';

interface Flags {
  readonly C: string;
  readonly attempt?: string;
  readonly follow?: boolean;
  readonly raw?: boolean;
  readonly json?: boolean;
}

export function logsCommand(): Command {
  return new Command('logs')
    .description(
      'what the agent of a ticket said, ran and changed, and what setup, checks and verify printed',
    )
    .argument('[id]', 'a ticket; without it, what the newest run has')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--attempt <n>', 'this attempt instead of the last one')
    .option('-f, --follow', 'keep printing while the agent works')
    .option('--raw', 'exactly what the agent printed')
    .option('--json', 'one JSON object per line on stdout')
    .action(logs);
}

async function logs(ticket: string | undefined, flags: Flags): Promise<void> {
  const { C, json, raw, follow = false } = flags;
  const directory = resolve(C);
  if (raw && json) throw new UsageError('--raw and --json exclude each other: choose one');
  if (ticket === undefined) return list(directory, flags);
  const log = await openLog({ directory, ticket, ...attemptOf(flags) });
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  // A reader that ends early (`| head`) has seen enough.
  process.stdout.once('error', onInterrupt);
  try {
    const options = { follow, signal: stop.signal };
    const chunks = raw ? log.bytes(options) : texts(log, json === true, options);
    for await (const chunk of chunks) {
      if (stop.signal.aborted) break;
      if (process.stdout.write(chunk)) continue;
      // The reader may be paused or gone.
      await once(process.stdout, 'drain', { signal: stop.signal }).catch(() => stop.abort());
    }
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function* texts(
  log: TicketLog,
  json: boolean,
  options: Parameters<TicketLog['entries']>[0],
): AsyncGenerator<string, void, undefined> {
  const { run, ticket, attempt } = log;
  const lines = new LogLines(screenOf(process.stdout, process.env));
  for await (const entry of log.entries(options)) {
    yield json
      ? `${JSON.stringify({ v: 1, run, ticket, attempt, ...entry })}\n`
      : lines
          .lines(entry)
          .map((line) => `${line}\n`)
          .join('');
  }
}

async function list(directory: string, { C, attempt, follow, raw, json }: Flags): Promise<void> {
  if (attempt !== undefined || follow || raw)
    throw new UsageError(
      '--attempt, --follow and --raw are about one ticket: name it, such as sage logs API-3',
    );
  const listed = await listLogs(directory);
  process.stdout.write(
    json
      ? `${JSON.stringify(listed)}\n`
      : formatListedLogs(listed, (id, nth) => logsLine(C, id, nth), screenOf(process.stdout, process.env)),
  );
}

function attemptOf({ attempt }: Flags): { attempt?: number } {
  if (attempt === undefined) return {};
  if (!/^[1-9]\d{0,5}$/.test(attempt))
    throw new UsageError(`--attempt ${attempt} is not an attempt number: write 1, 2, ...`);
  return { attempt: Number(attempt) };
}
