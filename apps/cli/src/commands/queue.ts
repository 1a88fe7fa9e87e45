import { join, resolve } from 'node:path';
import { acquireLock, LockTimeoutError, openCommitQueue, QueueStoppedError } from '@sage/commit-queue';
import { currentBranch, openRepository, readBlob, resolveCommit, type Repository } from '@sage/git';
import { queueVerification } from '@sage/stream';
import { parseTicketIndex } from '@sage/tickets';
import { openWorkers, resolveAgent } from '@sage/workers';
import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { parseDuration } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { sandboxSettings } from '../sandbox-settings.ts';
import { formatAudit, formatEntries, formatEntry } from '../reporters/queue.ts';
import { type VerifyFlags, verifySettings } from '../verify-settings.ts';

const INDEX_PATH = '.sage/tickets/index.json';
const VERIFY_TIMEOUT = 60 * 60_000;

interface Flags extends VerifyFlags {
  C: string;
  json?: boolean;
  target?: string;
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
    print(flags, entries, () => formatEntries(entries, repository.root));
    return EXIT.ok;
  });
  add('show <id>', 'one entry: its work, its state, and why', async (flags, id) => {
    const { commits } = await open(flags);
    const entry = await commits.show(id);
    print(flags, entry, () => formatEntry(entry));
    return EXIT.ok;
  });
  add('process', 'land what is queued', processQueue)
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
  add('drop <id>', 'give an entry up; its work stays pinned until cleanup', async (flags, id) => {
    const { commits } = await open(flags);
    const entry = await commits.drop((await commits.show(id)).id);
    print(flags, entry, () => formatEntry(entry));
    return EXIT.ok;
  });
  add('cleanup', 'remove what was dropped, and what has landed and is there', async (flags) => {
    const { commits } = await open(flags);
    const removed = await commits.cleanup();
    print(flags, { removed }, () => `removed ${removed.length} entries\n`);
    return EXIT.ok;
  });
  add('audit', 'check every landing against git: there, once, and the true merge', audit).option(
    '--target <branch>',
    'the branch to check instead of the current one',
  );
  return queue;
}

async function processQueue(flags: Flags): Promise<number> {
  const { repository } = await open(flags);
  const config = await readConfig(resolve(flags.C));
  const verify = verifySettings(flags, config);
  // Not beside a run, which lands its own work and uses the same worktrees.
  await using _lock = await aloneIn(repository);
  const timeout = parseDuration(config.timeout ?? '') ?? VERIFY_TIMEOUT;
  const agent = resolveAgent({ command: 'false' });
  const workers =
    verify &&
    (await openWorkers({
      repository,
      agent,
      timeout,
      worktrees: config.worktrees,
      environment: [...(config.environment ?? []), ...(verify.environment ?? [])],
      secrets: config.secrets,
      sandbox: await sandboxSettings(config.sandbox, config.sandbox),
    }));
  try {
    const queue = await openCommitQueue({
      repository,
      ...(config.landing && { style: config.landing }),
      ...(workers && queueVerification(verify, { workers, run: `queue-${process.pid}` })),
    });
    const target = flags.target === undefined ? {} : { target: fullName(flags.target) };
    const changed = await queue.process(target);
    print(flags, changed, () => formatEntries(changed, repository.root));
    return changed.every(({ state }) => state === 'landed') ? EXIT.ok : EXIT.unfinished;
  } finally {
    await workers?.close();
  }
}

async function audit(flags: Flags): Promise<number> {
  const { commits, repository } = await open(flags);
  const target = flags.target === undefined ? await currentBranch(repository) : fullName(flags.target);
  if (target === undefined)
    throw new UsageError('no branch is checked out: name the one to check with --target');
  const landings = (await commits.audit({ target })).landings;
  const [first] = landings;
  // What was done before the first landing was not done by Sage: git says nothing about it.
  const before = first && (await resolveCommit(repository, `${first.commit}^`));
  const earlier = before === undefined ? new Set<string>() : await completedAt(repository, before);
  const completed = [...(await completedAt(repository, target))].filter((id) => first && !earlier.has(id));
  const report = await commits.audit({ target, managedPaths: [INDEX_PATH], completed });
  print(flags, report, () => formatAudit(report));
  return report.problems.length === 0 ? EXIT.ok : EXIT.unfinished;
}

async function completedAt(repository: Repository, commit: string): Promise<Set<string>> {
  if ((await resolveCommit(repository, commit)) === undefined) return new Set();
  const text = await readBlob(repository, commit, INDEX_PATH);
  if (text === undefined) return new Set();
  const { tickets } = parseTicketIndex(text, INDEX_PATH);
  // A container has no landing of its own.
  const own = tickets.filter(({ state, children }) => state === 'COMPLETED' && (children ?? []).length === 0);
  return new Set(own.map(({ id }) => id));
}

async function open(flags: Flags) {
  const repository = await openRepository(resolve(flags.C));
  return { repository, commits: await openCommitQueue({ repository }) };
}

async function aloneIn(repository: Repository) {
  try {
    return await acquireLock(join(repository.commonDir, 'sage'), {
      timeout: 0,
      purpose: 'sage queue process',
    });
  } catch (cause) {
    if (!(cause instanceof LockTimeoutError)) throw cause;
    throw new QueueStoppedError('LOCK_TIMEOUT', cause.message, { owner: cause.owner, cause });
  }
}

function fullName(branch: string): string {
  return branch.startsWith('refs/') ? branch : `refs/heads/${branch}`;
}

function print(flags: Flags, value: unknown, text: () => string): void {
  process.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : text());
}
