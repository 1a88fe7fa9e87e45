import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileVersion, replaceFile } from '@sage/git';
import { type RunLog, runsDirectory } from '@sage/journal';
import type { LiveInput } from './live-inputs.ts';
import { messageOf } from '../errors.ts';

const TICKET_ACTIONS = ['stop', 'skip'] as const;
/** `stop`: end its agent, which counts as a failed attempt. `skip`: leave it for another run. */
export type TicketAction = (typeof TICKET_ACTIONS)[number];

export interface TicketRequest {
  readonly ticket: string;
  readonly action: TicketAction;
}

/** Sage writes less than this, so a larger file is not from Sage. */
const MAX_BYTES = 65_536;

/** Each request has a separate file, so that none replaces another. */
function requestsDirectory(root: string, run: string): string {
  return join(runsDirectory(root), run, 'requests');
}

/** Returns the name of the request, which the journal confirms. */
export async function writeRequest(root: string, run: string, request: TicketRequest): Promise<string> {
  const name = `${Date.now()}-${randomUUID()}`;
  const folder = requestsDirectory(root, run);
  await mkdir(folder, { recursive: true });
  await replaceFile(join(folder, `${name}.json`), `${JSON.stringify({ v: 1, ...request })}\n`);
  return name;
}

/** Journals people's requests for tickets. The run acts on the journal. */
export class TicketRequests implements LiveInput {
  readonly #folder: string;
  readonly #log: Pick<RunLog, 'emit'>;
  readonly #notice: (text: string) => void;

  private constructor(folder: string, log: Pick<RunLog, 'emit'>, notice: (text: string) => void) {
    this.#folder = folder;
    this.#log = log;
    this.#notice = notice;
  }

  /** Drops requests to an earlier process of the run. */
  static async open(
    root: string,
    log: Pick<RunLog, 'run' | 'emit'>,
    notice: (text: string) => void,
  ): Promise<TicketRequests> {
    const folder = requestsDirectory(root, log.run);
    await rm(folder, { recursive: true, force: true });
    return new TicketRequests(folder, log, notice);
  }

  async hasChanged(): Promise<boolean> {
    return (await this.#names()).length > 0;
  }

  async take(): Promise<void> {
    for (const name of await this.#names()) {
      const file = join(this.#folder, name);
      try {
        const request = await readRequest(file);
        await this.#log.emit({
          event: 'ticket.requested',
          request: name.slice(0, -SUFFIX.length),
          ...request,
        });
      } catch (error) {
        const reason = messageOf(error);
        this.#notice(`${file} is ignored: ${reason}; use sage stop or sage skip`);
      }
      await rm(file, { recursive: true, force: true });
    }
  }

  async #names(): Promise<string[]> {
    // Without a folder there are no requests. This check is cheaper than reading it each time.
    if (fileVersion(this.#folder) === undefined) return [];
    const names = await readdir(this.#folder).catch(() => []);
    return names.filter((name) => name.endsWith(SUFFIX)).toSorted();
  }
}

const SUFFIX = '.json';

async function readRequest(file: string): Promise<TicketRequest> {
  const status = await stat(file);
  if (!status.isFile() || status.size > MAX_BYTES) throw new Error('it is not a small regular file');
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof value !== 'object' || value === null) throw new Error('it is not a JSON object');
  const { v, ticket, action }: { v?: unknown; ticket?: unknown; action?: unknown } = value;
  if (v !== 1) throw new Error('"v" is not 1');
  if (typeof ticket !== 'string') throw new Error('"ticket" is not a string');
  const known = TICKET_ACTIONS.find((one) => one === action);
  if (known === undefined) throw new Error(`"action" is not one of ${TICKET_ACTIONS.join(', ')}`);
  return { ticket, action: known };
}
