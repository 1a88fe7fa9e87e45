import { mkdtempSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { sandboxVersion } from '@sage/workers';
import { Sandbox } from '../sandbox.ts';
import type { Move } from './dialects.ts';
import { startModel } from './model.ts';
import { cacheFolder, install, type Program } from './programs.ts';

const TICKETS = [
  { id: 'R-1' },
  { id: 'R-2' },
  { id: 'R-3' },
  { id: 'R-4', dependencies: ['R-1'] },
  {
    id: 'R-5',
    validation_config: {
      verification_scripts: [{ name: 'right', command: 'grep right R-5.txt', failure_action: 'auto_fix' }],
    },
  },
];
/** How long the four tickets may take that nobody cuts off, in milliseconds. */
const PATIENCE = 180_000;

/** The model finds its place in what it is asked. */
const TEMPLATE = 'TICKET={{id}} WORKTREE={{worktree}}\n\nWrite the file {{id}}.txt.\n{{previous}}\n';

/**
 * Five tickets on three workers. R-2's first attempt fails; R-3 is cut off by Ctrl-C, and the run is resumed; R-5's check
 * sends it back to its session. Returns what is wrong.
 */
export async function play(name: string, program: Program): Promise<string[]> {
  const cleanups: (() => unknown)[] = [];
  const wrong: string[] = [];
  const expect = (what: string, holds: boolean) => {
    if (!holds) wrong.push(what);
  };
  let silent = true;
  const asked = Promise.withResolvers<void>();
  const turns = new Map<string, number>();
  const model = await startModel((conversation, afterTool): Move => {
    // What an earlier attempt printed may be quoted: the prompt's own words come first, a new worktree's last.
    const ticket = /TICKET=([\w-]+)/.exec(conversation)?.[1] ?? '';
    const moved = [...conversation.matchAll(/worktree at (\/[^\s"\\,]+)/g)].at(-1)?.[1];
    const worktree = moved ?? /WORKTREE=(\/[^\s"\\]+)/.exec(conversation)?.[1] ?? '/nowhere';
    if (afterTool) return { kind: 'say', text: `${ticket} is done` };
    turns.set(ticket, (turns.get(ticket) ?? 0) + 1);
    if (ticket === 'R-2' && !conversation.includes('before this one failed'))
      return { kind: 'fail', message: 'scripted failure' };
    if (ticket === 'R-3' && silent) {
      asked.resolve();
      return { kind: 'silence' };
    }
    const content = ticket === 'R-5' && !conversation.includes('does not pass') ? 'wrong' : 'right';
    return { kind: 'write', path: join(worktree, `${ticket}.txt`), content };
  });
  try {
    const sandbox = await Sandbox.create(TICKETS, {
      files: { '.sage/prompt.md': TEMPLATE },
      onTestFinished: (clean) => void cleanups.push(clean),
    });
    const home = mkdtempSync(join(cacheFolder(), 'home-'));
    cleanups.push(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
    const environment = {
      ...program.environment(model.url, home),
      HOME: home,
      PATH: [install(name, program), dirname(process.execPath), process.env['PATH']].join(delimiter),
    };
    const args = ['stream', '--auto', '--json', '--parallel=3', '--agent', name, '--timeout=3m'];
    if ((await sandboxVersion('/')) !== undefined) args.push('--sandbox');
    if (program.command) args.push('--agent-command', program.command);

    await sandbox.start(['trust'], environment);
    const first = sandbox.start(args, environment);
    await Promise.race([asked.promise, first]);
    // Everything else first: what waits for R-3 then is Ctrl-C alone.
    await until(() => ['R-1', 'R-2', 'R-4', 'R-5'].every((id) => landed(sandbox, id)), first);
    first.kill('SIGINT');
    const { exitCode, stdout } = await first;
    const events = stdout
      .split('\n')
      .flatMap((line) => (line ? [JSON.parse(line) as Record<string, unknown>] : []));
    expect(`Ctrl-C ends with 130, not ${exitCode}`, exitCode === 130);
    const ends = events.filter(({ event }) => event === 'attempt.finished');
    const of = (id: string) => ends.filter(({ ticket }) => ticket === id);
    expect(
      'R-2 fails once and is tried again',
      of('R-2')
        .map(({ outcome }) => outcome)
        .join() === 'failed,completed',
    );
    expect(
      'R-3 is interrupted',
      of('R-3')
        .map(({ outcome }) => outcome)
        .join() === 'interrupted',
    );
    expect('R-5 is mended in one attempt', of('R-5').length === 1 && (turns.get('R-5') ?? 0) >= 2);
    expect(
      'tokens and a session are reported',
      of('R-1').every(({ tokens, session }) => Number(tokens) > 0 && session),
    );

    silent = false;
    const second = await sandbox.start(args, environment);
    expect(`the resumed run ends with 0, not ${second.exitCode}`, second.exitCode === 0);
    const states = Object.values(await sandbox.states());
    expect(
      `all five are completed: ${states.join()}`,
      states.every((state) => state === 'COMPLETED'),
    );
    expect('each landed once', sandbox.landings().length === TICKETS.length);
    expect('R-5 is right', landed(sandbox, 'R-5') && sandbox.git('show', 'HEAD:R-5.txt') === 'right');
    if (wrong.length > 0) wrong.push(JSON.stringify(ends, undefined, 1), second.stderr);
  } finally {
    model.close();
    for (const clean of cleanups) await clean();
  }
  return wrong;
}

function landed(sandbox: Sandbox, id: string): boolean {
  return sandbox.landings().some(({ ticket }) => ticket === id);
}

async function until(holds: () => boolean, process: PromiseLike<unknown>): Promise<void> {
  const state = { over: false };
  const deadline = Date.now() + PATIENCE;
  void process.then(() => (state.over = true));
  while (!holds() && !state.over && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 500));
}
