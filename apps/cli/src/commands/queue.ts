import { resolve } from 'node:path';
import { openCommitQueue } from '@sage/commit-queue';
import { currentBranch, openRepository, readRef } from '@sage/git';
import { auditQueue, processQueue } from '@sage/stream';
import { Command } from 'commander';
import { assertCommands, readTrustedConfig } from '../trust/confirm.ts';
import { configuredCommands } from '../trust/repository-commands.ts';
import { parseDuration } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { counted } from '../printable.ts';
import { sandboxSettings } from '../sandbox-settings.ts';
import { screenOf } from '../reporters/screen.ts';
import { DEFAULT_TIMEOUT_MS } from '../stream-settings.ts';
import { formatAudit, formatEntries, formatEntry } from '../reporters/queue.ts';
import { mergeVerify, type VerifyFlags, verifySettings } from '../verify-settings.ts';

interface Flags extends VerifyFlags {
  readonly C: string;
  readonly json?: boolean;
  readonly target?: string;
}

export function queueCommand(): Command {
  const queue = new Command('queue').description('finished work that waits to land, and what became of it');
  const add = (name: string, description: string, action: (flags: Flags, id: string) => Promise<number>) => {
    const command = queue
      .command(name)
      .description(description)
      .option('-C <dir>', 'work on the repository in this directory', '.')
      .option('--json', 'JSON on stdout');
    if (name.includes('<id>'))
      command.action(async (id: string, flags: Flags) => void (process.exitCode = await action(flags, id)));
    else command.action(async (flags: Flags) => void (process.exitCode = await action(flags, '')));
    return command;
  };
  add('list', 'the entries, in the order they came', async (flags) => {
    const { commits, repository } = await open(flags);
    const [entries, unreadable] = [await commits.list(), await commits.unreadable()];
    for (const { message } of unreadable) process.stderr.write(`WARNING: ${message}\n`);
    print(flags, entries, () =>
      formatEntries(entries, repository.root, screenOf(process.stdout, process.env)),
    );
    return EXIT.ok;
  });
  add('show <id>', 'one entry: its work, its state, and why', async (flags, id) => {
    const { commits } = await open(flags);
    const entry = await commits.show(id);
    print(flags, entry, () => formatEntry(entry));
    return EXIT.ok;
  });
  add('process', 'land what is queued', land)
    .option('--target <branch>', 'only what is queued for this branch')
    .option('--verify <cmd>', 'shell line that must pass on the merged result')
    .option('--verify-slots <n>', 'verifies at a time (1)')
    .option('--verify-mode <mode>', 'chain or batch (chain)');
  add('retry <id>', 'queue a conflicted or rejected entry again', async (flags, id) => {
    const { commits } = await open(flags);
    const entry = await commits.retry((await commits.show(id)).id);
    print(flags, entry, () => formatEntry(entry));
    return EXIT.ok;
  });
  add('drop <id>', 'give up an entry; its work stays pinned until cleanup', async (flags, id) => {
    const { commits } = await open(flags);
    const entry = await commits.drop((await commits.show(id)).id);
    print(flags, entry, () => formatEntry(entry));
    return EXIT.ok;
  });
  add('cleanup', 'remove entries that were dropped, and those whose landing is in place', async (flags) => {
    const { commits } = await open(flags);
    const removed = await commits.cleanup();
    print(flags, { removed }, () => `removed ${counted(removed.length, 'entry', 'entries')}\n`);
    return EXIT.ok;
  });
  add('audit', 'check every landing against git: it is there, once, and is the true merge', audit).option(
    '--target <branch>',
    'the branch to check instead of the current one',
  );
  return queue;
}

async function land(flags: Flags): Promise<number> {
  const repository = await openRepository(resolve(flags.C));
  const config = await readTrustedConfig(resolve(flags.C));
  const verify = verifySettings(mergeVerify(flags, config.verify));
  const { worktrees, environment, sandbox } = config;
  await assertCommands(
    repository.root,
    configuredCommands({
      worktrees,
      environment,
      sandbox,
      verify: flags.verify === undefined ? config.verify : undefined,
    }),
  );
  const changed = await processQueue({
    repository,
    style: config.landing,
    verify,
    target: flags.target === undefined ? undefined : fullName(flags.target),
    workers: {
      timeout: parseDuration(config.timeout ?? '') ?? DEFAULT_TIMEOUT_MS,
      worktrees,
      environment: [...(config.environment ?? []), ...(verify?.environment ?? [])],
      secrets: config.secrets,
      sandbox: await sandboxSettings(config.sandbox, config.sandbox, repository.root),
    },
  });
  print(flags, changed, () => formatEntries(changed, repository.root, screenOf(process.stdout, process.env)));
  return changed.every(({ state }) => state === 'landed') ? EXIT.ok : EXIT.unfinished;
}

async function audit(flags: Flags): Promise<number> {
  const repository = await openRepository(resolve(flags.C));
  const target = flags.target === undefined ? await currentBranch(repository) : fullName(flags.target);
  if (target === undefined)
    throw new UsageError('no branch is checked out: name the one to check with --target');
  if ((await readRef(repository, target)) === undefined) {
    const branch = target.replace('refs/heads/', '');
    throw new UsageError(
      `branch ${JSON.stringify(branch)} has no commit: name the one to check with --target`,
    );
  }
  const report = await auditQueue(repository, target);
  print(flags, report, () => formatAudit(report));
  return report.problems.length === 0 ? EXIT.ok : EXIT.unfinished;
}

async function open(flags: Flags) {
  const repository = await openRepository(resolve(flags.C));
  return { repository, commits: await openCommitQueue({ repository }) };
}

function fullName(branch: string): string {
  return branch.startsWith('refs/') ? branch : `refs/heads/${branch}`;
}

function print(flags: Flags, value: unknown, text: () => string): void {
  process.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : text());
}
