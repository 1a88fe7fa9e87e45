import { resolve } from 'node:path';
import { openRepository, readRef } from '@sage/git';
import { cameAlong, readKnownRun } from '@sage/stream';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { fit, printable } from '../printable.ts';
import { openPullRequest, remoteOf } from '../pull-request.ts';
import { reportAsMarkdown } from '../report/markdown.ts';
import type { Report } from '../report/report.ts';
import { readReport } from './read-report.ts';

interface Flags {
  readonly C: string;
  readonly base?: string;
  readonly remote?: string;
  readonly title?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const TITLE_COLUMNS = 70;

export function prCommand(): Command {
  return new Command('pr')
    .description("push a run's branch and open a pull request with the report as its text (needs gh)")
    .argument('[run]', 'a run, by default the newest; sage history lists them')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--base <branch>', 'the branch to merge into, by default the one that the run came from')
    .option('--remote <name>', "where to push, by default that branch's remote")
    .option('--title <text>', 'the title, by default from the tickets that landed')
    .option('--dry-run', 'print the title and the text, push nothing')
    .option('--json', 'JSON on stdout')
    .action(async (run: string | undefined, flags: Flags) => {
      await pullRequest(run, flags);
      process.exitCode = EXIT.ok;
    });
}

async function pullRequest(run: string | undefined, flags: Flags): Promise<void> {
  const directory = resolve(flags.C);
  const known = await readKnownRun(directory, run);
  const foreign = await cameAlong(known.root);
  if (foreign !== undefined)
    throw new UsageError(
      `${foreign} came with the repository, so its runs are not yours: push your branch with git`,
    );
  const { state } = known;
  const head = state.target.replace('refs/heads/', '');
  const base = flags.base ?? state.from?.replace('refs/heads/', '');
  if (base === undefined)
    throw new UsageError(
      `run ${known.run} landed on ${head} itself: name the branch to merge into with --base`,
    );
  if (base === head)
    throw new UsageError(`--base ${base} is the branch of the run: name the one to merge into`);
  const repository = await openRepository(directory);
  if ((await readRef(repository, state.target)) === undefined)
    throw new UsageError(`branch ${head} of run ${known.run} is gone: there is nothing to push`);
  const report = await readReport(known, flags.C);
  const title = flags.title ?? titleOf(report);
  const body = reportAsMarkdown({ ...report, next: [] });
  if (flags.dryRun) {
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ v: 1, run: known.run, base, head, title, body })}\n`
        : `${title}\n\n${body}`,
    );
    return;
  }
  const remote = flags.remote ?? (await remoteOf(repository, base));
  const url = await openPullRequest(repository, { base, head, title, body, remote });
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ v: 1, run: known.run, base, head, title, url })}\n`
      : `${printable(url)}\n`,
  );
}

/** The title of a single ticket, or the ids of several. */
function titleOf({ tickets }: Report): string {
  const landed = tickets.filter(({ outcome, container }) => outcome === 'landed' && !container);
  const [only] = landed;
  if (landed.length === 1 && only) return fit(only.title, TITLE_COLUMNS);
  return fit(`${landed.length} tickets: ${landed.map(({ id }) => id).join(', ')}`, TITLE_COLUMNS);
}
