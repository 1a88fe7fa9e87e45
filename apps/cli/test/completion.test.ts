import { Command } from 'commander';
import { expect, test } from 'vitest';
import { candidates, type Known } from '../src/completion/candidates.ts';

const program = new Command('sage');
program.addCommand(
  new Command('stream')
    .argument('[ids...]')
    .option('--agent <name>')
    .option('--auto')
    .option('--parallel [n]')
    .option('--verify <cmd>')
    .option('--only <ids>')
    .option('--source <name>'),
);
program.addCommand(new Command('status'));
const queue = new Command('queue');
queue.addCommand(new Command('list').option('--json'));
program.addCommand(queue);
const KNOWN: Known = {
  tickets: async () => ['API-2', 'API-1', 'WEB-1'],
  agents: async () => ['claude', 'codex'],
  runs: async () => ['run-1'],
  sources: async () => ['sage', 'spec-kit', 'beads'],
};

test.each([
  [[''], ['queue', 'status', 'stream']],
  [['st'], ['status', 'stream']],
  [['queue', ''], ['list']],
  [
    ['stream', '--source', 's'],
    ['sage', 'spec-kit'],
  ],
  [['queue', 'list', '--'], ['--json']],
  [
    ['stream', '--a'],
    ['--agent', '--auto'],
  ],
  [
    ['stream', '--agent', 'c'],
    ['claude', 'codex'],
  ],
  [
    ['stream', '--agent', 'claude', 'API'],
    ['API-1', 'API-2'],
  ],
  [['stream', '--auto', 'W'], ['WEB-1']],
  [
    ['stream', '--parallel', ''],
    ['API-1', 'API-2', 'WEB-1'],
  ],
  [['stream', '--verify', ''], []],
  [
    ['stream', '--only', ''],
    ['API-1', 'API-2', 'WEB-1'],
  ],
  [
    ['nothing', ''],
    ['queue', 'status', 'stream'],
  ],
])('%j may go on as %j', async (words, expected) => {
  expect(await candidates(program, words, KNOWN)).toEqual(expected);
});
