import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { openRepository, SAGE_PATHS } from '@sage/git';
import { otherBacklogs } from '@sage/stream';
import { SAGE_INDEX, TICKET_INDEX_SCHEMA } from '@sage/tickets';
import { type AgentState, detectAgent, KNOWN_AGENTS } from '@sage/workers';
import { Command } from 'commander';
import { findConfig } from '../config-file.ts';
import { configSchema } from '../config-schema.ts';
import { EXIT } from '../exit.ts';
import { configText } from '../init/config-text.ts';
import { detectProject } from '../init/project.ts';

const CONFIG = 'sage.config.yaml';
const INDEX_SCHEMA = join(dirname(SAGE_INDEX), 'index.schema.json');

interface Found {
  readonly name: string;
  readonly state: AgentState;
}

export function initCommand(): Command {
  return new Command('init')
    .description('look for agents and tests, and write a configuration and an empty ticket index')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'one JSON object on stdout')
    .action(async ({ C, json }: { readonly C: string; readonly json?: boolean }) => {
      const repository = await openRepository(resolve(C));
      const { root } = repository;
      const agents = await Promise.all(
        KNOWN_AGENTS.map(async (agent) => ({ name: agent.name, state: await detectAgent(agent, root) })),
      );
      const chosen = agents.find(({ state }) => state.found && state.signedIn !== false)?.name;
      const project = detectProject(root);
      const written: string[] = [];
      const config = await findConfig(root);
      if (config === undefined) {
        if (!existsSync(join(root, SAGE_PATHS.configSchema)))
          written.push(await write(root, SAGE_PATHS.configSchema, pretty(configSchema())));
        written.push(await write(root, CONFIG, configText(chosen, project, SAGE_PATHS.configSchema)));
      }
      // An empty index of Sage's own would hide another tool's backlog.
      const hasIndex = existsSync(join(root, SAGE_INDEX));
      const others = hasIndex ? [] : await otherBacklogs(repository);
      if (!hasIndex && others.length === 0) {
        if (!existsSync(join(root, INDEX_SCHEMA)))
          written.push(await write(root, INDEX_SCHEMA, pretty(TICKET_INDEX_SCHEMA)));
        const index = { $schema: './index.schema.json', version: '1.0', tickets: [] };
        written.push(await write(root, SAGE_INDEX, pretty(index)));
      }
      const found = agents.map(({ name, state }) => ({ name, ...state }));
      const told = { v: 1, agents: found, project, others, written };
      process.stdout.write(
        json ? `${JSON.stringify(told)}\n` : text(agents, others, written, config && relative(root, config)),
      );
      process.exitCode = EXIT.ok;
    });
}

function text(
  agents: readonly Found[],
  others: readonly string[],
  written: readonly string[],
  config: string | undefined,
): string {
  const found = agents.filter(({ state }) => state.found);
  const lines = found.map(({ name, state: { version, signedIn, fix } }) => {
    const which = version === undefined ? name : `${name} ${version}`;
    return signedIn === false
      ? `${which}: not signed in: ${fix}`
      : `${which}: ${signedIn ? 'signed in' : 'found'}`;
  });
  if (found.length === 0)
    lines.push(
      `no agent was found: install one (${KNOWN_AGENTS[0]?.install}), or name your own with --agent-command`,
    );
  if (config !== undefined) lines.push(`${config} stays as it is`);
  lines.push(...written.map((path) => `wrote ${path}`));
  const isOwn = others.length === 0;
  if (others.length === 1) lines.push(`the backlog of ${others[0]} is read as it is`);
  if (others.length > 1)
    lines.push(`the backlogs of ${others.join(' and ')} are read as they are: --source says which one`);
  lines.push(
    '',
    'next:',
    isOwn
      ? '  sage add "What to do"             # or edit .sage/tickets/index.json'
      : '  sage list                         # what waits for what',
  );
  lines.push('  sage trust                        # look at the configuration, then confirm what it runs');
  lines.push('  sage validate', '  sage stream --auto');
  return `${lines.join('\n')}\n`;
}

/** @returns the path */
async function write(root: string, path: string, content: string): Promise<string> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content, { flag: 'wx' });
  return path;
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
