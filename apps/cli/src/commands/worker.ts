import { Command } from 'commander';
import { BROKER_VARIABLE, durationOf, leaseOf, sageVersion } from '../broker.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { parseWholeNumber } from '../numbers.ts';
import { printable } from '../printable.ts';

interface Flags {
  readonly broker?: string;
  readonly name?: string;
  readonly slots: string;
  readonly labels?: string;
  readonly agent?: string;
  readonly agentCommand?: string;
  readonly lease?: string;
  readonly giveUpAfter?: string;
}

const BROKER = [
  '--broker <address>',
  `redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT; by default ${BROKER_VARIABLE} has it`,
] as const;

/** `sage worker`: works on tickets of runs on other machines. */
export function workerCommand(): Command {
  const worker = new Command('worker')
    .description('work on tickets of runs on other machines, until asked to end')
    .option(...BROKER)
    .option('--name <name>', 'its name; by default that of this machine')
    .option('--slots <n>', 'attempts at a time', '1')
    .option('--labels <list>', 'what it offers, comma-separated, such as gpu,linux')
    .option('--agent <name>', 'the agent that it runs; by default every known one that is installed')
    .option('--agent-command <cmd>', "the agent's shell line on this machine")
    .option('--lease <duration>', 'how long it keeps an attempt without a sign of life (60s)')
    .option('--give-up-after <duration>', 'leave when the broker cannot be reached for this long (never)')
    .action(async (flags: Flags) => {
      process.exitCode = await work(flags);
    });
  worker
    .command('drain')
    .description('have a worker finish what it is doing, take nothing more, and end')
    .argument('<name>', 'its name, as sage workers lists it')
    .option(...BROKER)
    .action(async (name: string, flags: { broker?: string }, command: Command) => {
      const broker = brokerOf(command.optsWithGlobals());
      const { tellWorker } = await import('@sage/cluster');
      if (!(await tellWorker(broker, name, 'drain')))
        throw new UsageError(`no worker is called ${name}: sage workers lists them`);
      process.stdout.write(`${printable(name)} takes nothing more, and ends when it has finished\n`);
    });
  return worker;
}

/** @throws {UsageError} */
export function brokerOf({ broker }: { readonly broker?: string }): string {
  const address = broker ?? process.env[BROKER_VARIABLE];
  if (address === undefined || address === '')
    throw new UsageError(`name the broker with --broker ADDRESS, or set ${BROKER_VARIABLE}`);
  return address;
}

async function work(flags: Flags): Promise<number> {
  const broker = brokerOf(flags);
  if (flags.name !== undefined && !/^[^\p{Cc}]{1,100}$/u.test(flags.name.trim()))
    throw new UsageError('--name must be 1 to 100 characters');
  const slots = parseWholeNumber('--slots', flags.slots);
  const labels = (flags.labels ?? '')
    .split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '');
  const { DEFAULT_LEASE_MS, runWorker } = await import('@sage/cluster');
  const stop = new AbortController();
  const killSignal = new AbortController();
  const notice = (text: string) => void process.stdout.write(`${time()} ${printable(text)}\n`);
  const handle = () => {
    if (!stop.signal.aborted) {
      notice('stopping: agents are ended, their work is pushed; press Ctrl-C again to end now');
      stop.abort();
    } else killSignal.abort();
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  // A worker outlives the connection that started it.
  process.on('SIGHUP', () => {});
  await runWorker({
    broker,
    name: flags.name?.trim(),
    slots,
    labels,
    lease: leaseOf(flags.lease, DEFAULT_LEASE_MS),
    agent: { name: flags.agent, command: flags.agentCommand },
    giveUpAfter:
      flags.giveUpAfter === undefined ? undefined : durationOf('--give-up-after', flags.giveUpAfter),
    version: sageVersion(),
    stop: stop.signal,
    killSignal: killSignal.signal,
    onNotice: notice,
  });
  return EXIT.ok;
}

function time(): string {
  return new Date().toTimeString().slice(0, 8);
}
