import { resolve } from 'node:path';
import { openRepository } from '@sage/git';
import {
  type Controlled,
  controlRun,
  type ControlRunOptions,
  lastInterruptedRun,
  NoRunError,
  requestTicket,
  type TicketAction,
} from '@sage/stream';
import { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { printable, printableLines } from '../printable.ts';
import { formatWorkers } from '../reporters/workers.ts';
import { streamCommand } from './stream.ts';
import { brokerOf } from './worker.ts';

interface Flags {
  readonly C: string;
  readonly json?: boolean;
}

/** The commands that control an active run. */
export function controlCommands(): Command[] {
  const pause = command('pause', 'start nothing new in the active run until sage resume').action(
    (flags: Flags) =>
      control(flags, { paused: true }, ({ run }) => `run ${run} is paused: nothing new starts`),
  );
  const resume = command(
    'resume',
    'end the pause of the active run; if none is active, resume the interrupted one',
  ).action(async (flags: Flags) => {
    try {
      await control(flags, { paused: false }, ({ run }) => `run ${run} is resumed`);
    } catch (error) {
      const interrupted = error instanceof NoRunError && (await wasInterrupted(flags));
      if (!interrupted) throw error;
      const words = ['--resume', '-C', flags.C, ...(flags.json ? ['--json'] : [])];
      await streamCommand().exitOverride().parseAsync(words, { from: 'user' });
    }
  });
  const workers = command(
    'workers',
    'change the number of workers of the active run; without a number, list those of other machines',
  )
    .argument('[n]', 'a number, or "auto"')
    .option('--broker <address>', 'where workers of other machines join; by default SAGE_BROKER has it')
    .action((count: string | undefined, flags: Flags & { broker?: string }) =>
      count === undefined
        ? listMachines(flags)
        : control(flags, { workers: count }, ({ run, workers: now }) =>
            now === 1 ? `run ${run} uses 1 worker now` : `run ${run} uses ${now} workers now`,
          ),
    );
  const stop = command('stop', 'end the agent of a ticket in the active run: a failed attempt')
    .argument('<id>', 'a ticket that an agent works on')
    .action((id: string, flags: Flags) =>
      request(flags, id, 'stop', `the agent of ${id} is stopped: the attempt has failed`),
    );
  const skip = command('skip', 'leave a ticket of the active run for another run; its agent is ended')
    .argument('<id>', 'a ticket that has not landed')
    .action((id: string, flags: Flags) => request(flags, id, 'skip', `${id} is left for another run`));
  return [pause, resume, workers, stop, skip];
}

async function request({ C, json }: Flags, id: string, action: TicketAction, line: string): Promise<void> {
  const requested = await requestTicket(resolve(C), id, action);
  const text = requested.acknowledged ? line : notConfirmed(requested.run);
  process.stdout.write(json ? `${JSON.stringify(requested)}\n` : `${printable(text)}\n`);
  process.exitCode = requested.acknowledged ? EXIT.ok : EXIT.unfinished;
}

async function listMachines({ broker, json }: Flags & { broker?: string }): Promise<void> {
  const { workersOf } = await import('@sage/cluster');
  const workers = await workersOf(brokerOf({ broker }));
  process.stdout.write(
    json ? `${JSON.stringify({ v: 1, workers })}\n` : printableLines(formatWorkers(workers)).join('\n'),
  );
}

function notConfirmed(run: string): string {
  return `run ${run} did not confirm: it has ended, or is waiting for an answer`;
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'JSON on stdout');
}

async function wasInterrupted({ C }: Flags): Promise<boolean> {
  return (await lastInterruptedRun(await openRepository(resolve(C)))) !== undefined;
}

async function control(
  { C, json }: Flags,
  asked: Omit<ControlRunOptions, 'directory'>,
  line: (controlled: Controlled) => string,
): Promise<void> {
  const controlled = await controlRun({ directory: resolve(C), ...asked });
  const text = controlled.acknowledged ? line(controlled) : notConfirmed(controlled.run);
  process.stdout.write(json ? `${JSON.stringify(controlled)}\n` : `${text}\n`);
  process.exitCode = controlled.acknowledged ? EXIT.ok : EXIT.unfinished;
}
