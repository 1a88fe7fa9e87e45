// Stands in for Claude Code on the pages of the documentation: does at once what a file says of its ticket, and prints events as
// Claude Code does. No model, no network. Arguments: the file, a folder to meet in, then those of Claude Code.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [workFile, folder] = process.argv.slice(2);
const { SAGE_TICKET_FILE, SAGE_ATTEMPT } = process.env;
const { id, title } = JSON.parse(readFileSync(SAGE_TICKET_FILE, 'utf8'));
const attempts = [
  JSON.parse(readFileSync(workFile, 'utf8'))[id] ?? { write: { [`${id}.md`]: `${title}\n` } },
].flat();
const work = attempts[Math.min(Number(SAGE_ATTEMPT), attempts.length) - 1];
const say = (event) => console.log(JSON.stringify({ session_id: id, ...event }));
const message = (content) =>
  say({ type: 'assistant', message: { id: `${id}-${content.type}`, content: [content] } });
const put = (file, change) => {
  message({ type: 'tool_use', name: 'Edit', input: { file_path: join(process.cwd(), file) } });
  mkdirSync(dirname(file), { recursive: true });
  change();
};

writeFileSync(join(folder, 'started', `${id}-${SAGE_ATTEMPT}`), '');
const repository = readFileSync(join(folder, 'repository'), 'utf8');
const hasLanded = (ticket) => {
  // A failure ends the wait as well.
  const args = ['-C', repository, 'log', '--format=%h', `--grep=^Sage-Ticket: ${ticket}$`, 'HEAD'];
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' });
  return status !== 0 || stdout !== '';
};
// Where the folder goes, the page has ended.
const until = async (come, pause = 20) => {
  while (existsSync(folder) && !come()) await delay(pause);
};
// A page may hold a ticket, to show what a run says meanwhile.
await until(() => !existsSync(join(folder, 'hold', id)));
if (work.untilStarted) await until(() => existsSync(join(folder, 'started', work.untilStarted)));
// Each look starts a git.
if (work.untilLanded) await until(() => hasLanded(work.untilLanded), 100);
message({ type: 'text', text: work.says ?? `I work on ${id}.` });
for (const [file, text] of Object.entries(work.write ?? {})) put(file, () => writeFileSync(file, text));
for (const [file, text] of Object.entries(work.append ?? {})) put(file, () => appendFileSync(file, text));
if (work.runs) message({ type: 'tool_use', name: 'Bash', input: { command: work.runs } });
if (work.defers) message({ type: 'text', text: `RESULT: DEFERRED ${work.defers}` });
const tokens = work.tokens ?? 12_000;
say({
  type: 'result',
  subtype: 'success',
  is_error: work.fails !== undefined,
  result: work.fails ?? (work.defers ? `RESULT: DEFERRED ${work.defers}` : `${title}: done.`),
  usage: { input_tokens: tokens - 1_000, output_tokens: 1_000 },
  // Of the whole session, which later attempts resume.
  total_cost_usd: (Number(SAGE_ATTEMPT) * tokens) / 100_000,
});
if (work.fails !== undefined) process.exitCode = 1;
