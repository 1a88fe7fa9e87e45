import type { Settings } from './config.ts';
import { UsageError } from './errors.ts';
import type { StreamFlags } from './stream-settings.ts';

export type Mode = 'interactive' | 'parallel-interactive' | 'semi-auto' | 'auto' | 'dry-run' | 'explain';

/** How a person is asked about starts in a run with several workers. */
export const ASKS_BY: Readonly<Partial<Record<Mode, 'batch' | 'component'>>> = {
  'parallel-interactive': 'batch',
  'semi-auto': 'component',
};

/** A typed mode wins over a configured one, and a mode that only looks wins over one that runs. */
export function modeOf(typed: StreamFlags, config: Settings): Mode {
  for (const { explain, dryRun, auto, interactive, parallelInteractive, semiAuto } of [typed, config]) {
    if ([auto, interactive, parallelInteractive, semiAuto].filter(Boolean).length > 1)
      throw new UsageError(
        '--auto, --semi-auto, --interactive and --parallel-interactive exclude each other: choose one',
      );
    if (explain !== undefined) return 'explain';
    if (dryRun) return 'dry-run';
    if (auto) return 'auto';
    if (parallelInteractive) return 'parallel-interactive';
    if (semiAuto) return 'semi-auto';
    if (interactive) return 'interactive';
  }
  return 'interactive';
}

/** Which results a person is asked about. In a run that asks about starts, the default is all of them. */
export function approvalOf({ approve }: Settings, mode: Mode): 'all' | 'risky' | undefined {
  if (approve !== undefined && !['all', 'risky', 'none'].includes(approve))
    throw new UsageError(`--approve ${approve as string}: use all, risky or none`);
  if (mode === 'interactive' || approve === 'none') return undefined;
  return approve ?? (mode === 'parallel-interactive' ? 'all' : undefined);
}

/** Questions need a terminal, and would corrupt JSON output. */
export function assertTerminal(flag: string, json: boolean): void {
  if (json)
    throw new UsageError(`--json needs --auto, --dry-run or --explain: --${flag} asks on the terminal`);
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new UsageError(
    `--${flag} needs a terminal: use --auto to run without questions, or --dry-run to see the plan`,
  );
}
