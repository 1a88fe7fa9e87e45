// Records a run of the sample backlog on a terminal, and writes it as docs/run.svg. No model, no network. Needs a build, and script(1).
// Usage: node scripts/record-run.mjs [file] [milliseconds of an agent]
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import headless from '@xterm/headless';
import { terminalSvg } from './terminal-svg.mjs';

const ROOT = join(import.meta.dirname, '..');
const SCREEN = { columns: 88, rows: 30 };
const COLOURS = ['', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', ''];
/** What comes within it is one frame. */
const FRAME_SECONDS = 0.12;
const LINE = 'sage stream --auto --parallel=3';

const [file = join(ROOT, 'docs/run.svg'), milliseconds = '1400'] = process.argv.slice(2);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sage-recording-')));
try {
  const frames = await framesOf(await record(prepare()));
  writeFileSync(file, terminalSvg(frames, { ...SCREEN, title: `A run of Sage: ${LINE}` }));
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** The sample backlog in a repository of its own, and an environment that shows nothing of this machine. */
function prepare() {
  const [repository, home, example] = [
    join(folder, 'bakery'),
    join(folder, 'home'),
    join(ROOT, 'examples/quickstart'),
  ];
  mkdirSync(join(repository, '.sage/tickets'), { recursive: true });
  mkdirSync(home);
  copyFileSync(join(example, 'backlog.json'), join(repository, '.sage/tickets/index.json'));
  const agentCommand = [process.execPath, join(example, 'agent.mjs'), milliseconds]
    .map((word) => `'${word}'`)
    .join(' ');
  writeFileSync(join(repository, '.sagerc.json'), JSON.stringify({ agentCommand }));
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\nname = You\nemail = you@example.org\n[init]\ndefaultBranch = main\n',
  );
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    SHELL: '/bin/sh',
    TERM: 'xterm',
    FORCE_COLOR: '1',
  };
  const run = (program, ...args) => execFileSync(program, args, { cwd: repository, env });
  run('git', 'init', '--quiet');
  run('git', 'add', '--all');
  run('git', 'commit', '--quiet', '--message=chore: an empty site and its backlog');
  run(process.execPath, join(ROOT, 'apps/cli/bin/sage.js'), 'trust');
  return { repository, env };
}

/** What the run writes to its terminal, with the seconds from its start. */
async function record({ repository, env }) {
  const line = `stty cols ${SCREEN.columns} rows ${SCREEN.rows}; ${LINE.replace('sage', `'${process.execPath}' '${join(ROOT, 'apps/cli/bin/sage.js')}'`)}`;
  const args =
    process.platform === 'darwin' ? ['-q', '/dev/null', 'sh', '-c', line] : ['-qec', line, '/dev/null'];
  const terminal = spawn('script', args, { cwd: repository, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const begin = performance.now();
  const chunks = [{ at: 0, text: `$ ${LINE}\r\n` }];
  terminal.stdout.setEncoding('utf8');
  terminal.stdout.on('data', (text) => chunks.push({ at: (performance.now() - begin) / 1000, text }));
  await once(terminal, 'close');
  return chunks;
}

async function framesOf(chunks) {
  const terminal = new headless.Terminal({ cols: SCREEN.columns, rows: SCREEN.rows, allowProposedApi: true });
  const frames = [];
  for (const [number, { at, text }] of chunks.entries()) {
    await new Promise((resolve) => {
      terminal.write(text, resolve);
    });
    const next = chunks[number + 1]?.at;
    if (next !== undefined && next - at < FRAME_SECONDS && number > 0) continue;
    frames.push({ at, lines: linesOf(terminal) });
  }
  return frames;
}

function linesOf(terminal) {
  const { active } = terminal.buffer;
  return Array.from({ length: SCREEN.rows }, (_, row) => runsOf(active.getLine(active.baseY + row)));
}

function runsOf(line) {
  const runs = [];
  const end = line.translateToString(true).length;
  for (let at = 0; at < end; at += 1) {
    const cell = line.getCell(at);
    const colour = cell.isFgPalette() ? COLOURS[cell.getFgColor() % 8] : '';
    const style = [colour, cell.isDim() && 'dim', cell.isBold() && 'bold'].filter(Boolean).join(' ');
    const text = cell.getChars() || ' ';
    if (runs.at(-1)?.style === style) runs.at(-1).text += text;
    else runs.push({ text, style });
  }
  return runs;
}
