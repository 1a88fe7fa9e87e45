import { resolve } from 'node:path';
import { steerRun, type Steered, type SteerOptions } from '@sage/stream';
import { Command } from 'commander';
import { EXIT } from '../exit.ts';

interface Flags {
  C: string;
  json?: boolean;
}

/** The commands that steer a run while it works. */
export function steerCommands(): Command[] {
  const pause = command('pause', 'nothing new starts in the run at work, until sage resume').action(
    (flags: Flags) => steer(flags, { paused: true }, ({ run }) => `run ${run} is paused: nothing new starts`),
  );
  const resume = command('resume', 'the run at work goes on after sage pause').action((flags: Flags) =>
    steer(flags, { paused: false }, ({ run }) => `run ${run} goes on`),
  );
  const workers = command('workers', 'the run at work uses so many workers from now on')
    .argument('<n>', 'a number, or "auto"')
    .action((count: string, flags: Flags) =>
      steer(flags, { workers: count }, ({ run, workers: now }) => `run ${run} works on ${now} at a time`),
    );
  return [pause, resume, workers];
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'JSON on stdout');
}

async function steer(
  { C, json }: Flags,
  asked: Omit<SteerOptions, 'directory'>,
  line: (steered: Steered) => string,
): Promise<void> {
  const steered = await steerRun({ directory: resolve(C), ...asked });
  const text = steered.obeyed
    ? line(steered)
    : `run ${steered.run} has been asked, and has not said that it obeys: it has ended, or asks a person`;
  process.stdout.write(json ? `${JSON.stringify(steered)}\n` : `${text}\n`);
  process.exitCode = steered.obeyed ? EXIT.ok : EXIT.unfinished;
}
