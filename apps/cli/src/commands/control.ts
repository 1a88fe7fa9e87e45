import { resolve } from 'node:path';
import { openRepository } from '@sage/git';
import {
  type Controlled,
  controlRun,
  type ControlRunOptions,
  interruptedRun,
  NoRunError,
} from '@sage/stream';
import { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { streamCommand } from './stream.ts';

interface Flags {
  readonly C: string;
  readonly json?: boolean;
}

/** The commands that control a run while it works. */
export function controlCommands(): Command[] {
  const pause = command('pause', 'start nothing new in the active run until sage resume').action(
    (flags: Flags) =>
      control(flags, { paused: true }, ({ run }) => `run ${run} is paused: nothing new starts`),
  );
  const resume = command(
    'resume',
    'end the pause of the active run; where none is active, go on with the interrupted one',
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
  const workers = command('workers', 'change the number of workers of the active run')
    .argument('<n>', 'a number, or "auto"')
    .action((count: string, flags: Flags) =>
      control(flags, { workers: count }, ({ run, workers: now }) =>
        now === 1 ? `run ${run} uses 1 worker now` : `run ${run} uses ${now} workers now`,
      ),
    );
  return [pause, resume, workers];
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'JSON on stdout');
}

async function wasInterrupted({ C }: Flags): Promise<boolean> {
  return (await interruptedRun(await openRepository(resolve(C)), undefined)) !== undefined;
}

async function control(
  { C, json }: Flags,
  asked: Omit<ControlRunOptions, 'directory'>,
  line: (controlled: Controlled) => string,
): Promise<void> {
  const controlled = await controlRun({ directory: resolve(C), ...asked });
  const text = controlled.acknowledged
    ? line(controlled)
    : `run ${controlled.run} has not confirmed: it has ended, or is asking a person something`;
  process.stdout.write(json ? `${JSON.stringify(controlled)}\n` : `${text}\n`);
  process.exitCode = controlled.acknowledged ? EXIT.ok : EXIT.unfinished;
}
