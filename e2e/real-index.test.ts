import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const DATA = process.env['SAGE_COMPAT_DATA'];
const INDEX = 'sage/Mathews-Tom__PyTOON__e490fa6.json';

interface RawTicket {
  id: string;
  dependencies?: string[];
  children?: string[];
  parent?: string | null;
}

// The agent writes what the ticket declares, and at least one file of its own.
const AGENT = `node --input-type=module -e '
  import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
  import { dirname } from "node:path";
  const ticket = JSON.parse(readFileSync(process.env.SAGE_TICKET_FILE, "utf8"));
  const paths = (ticket.targetFiles ?? []).map(({ path }) => path);
  for (const path of [...paths, "tickets/" + ticket.id]) {
    if (path.endsWith("/")) continue;
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, ticket.id + "\\n");
  }
'`;

test.runIf(DATA)(
  'the real index with 46 tickets: all land, each on a base that contains its dependencies',
  { timeout: 180_000 },
  async () => {
    const text = await readFile(join(DATA ?? '', INDEX), 'utf8');
    const sandbox = await Sandbox.create(text);
    const { exitCode, events } = await sandbox.stream(AGENT, '--parallel=4');
    expect(events.at(-1)).toMatchObject({
      event: 'run.finished',
      // Nine of them are containers.
      summary: { completed: 37, deferred: 0, blocked: 0, unprocessed: 0 },
    });
    expect(exitCode).toBe(0);

    const { tickets } = JSON.parse(text) as { tickets: RawTicket[] };
    const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
    const work = tickets.filter(({ children = [] }) => children.length === 0);
    const landed = new Map(sandbox.landings().map(({ ticket, commit }) => [ticket, commit]));
    expect([...landed.keys()].toSorted()).toEqual(work.map(({ id }) => id).toSorted());

    /** Tickets whose landings the base has to contain: an epic stands for its children, but not for its own child. */
    const needed = ({ id, dependencies = [] }: RawTicket): string[] =>
      dependencies.flatMap((dependency) => {
        const children = byId.get(dependency)?.children ?? [];
        if (children.length === 0) return [dependency];
        return children.includes(id) || byId.get(id)?.parent === dependency ? [] : children;
      });
    const bases = new Map(
      events
        .filter(({ event }) => event === 'attempt.started')
        .map(({ ticket, base }) => [ticket, String(base)]),
    );
    for (const ticket of work) {
      const ancestors = new Set(sandbox.git('rev-list', bases.get(ticket.id) ?? '').split('\n'));
      for (const dependency of needed(ticket))
        expect(ancestors.has(landed.get(dependency) ?? ''), `${ticket.id} on ${dependency}`).toBe(true);
    }
    // Nothing but the states has changed in the index.
    const after = await sandbox.read('.sage/tickets/index.json');
    expect(after.replaceAll('"COMPLETED"', '"UNPROCESSED"')).toBe(text);
    expect(sandbox.git('status', '--porcelain')).toBe('');
  },
);
