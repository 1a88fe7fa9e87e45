import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRefComponent, removeTree, SAGE_PATHS } from '@sage/git';
import { type Agent, endRun, openWorkers, parsePromptTemplate, type Workers } from '@sage/workers';
import type { Payload } from '../protocol/payload.ts';
import { Mirror } from './mirror.ts';

/** The time limit of an attempt if its run sets none, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 60 * 60_000;
/** Subfolders of a worker's folder for mirrors and worktrees. */
const MIRRORS = 'mirrors';
const TREES = 'trees';

export interface RoomsOptions {
  /** Used only by this worker. */
  readonly folder: string;
  readonly worker: string;
  readonly variables: NodeJS.ProcessEnv;
  /** @throws {AgentError} */
  readonly agentFor: (agent: Payload['agent']) => Agent;
  readonly onNotice: (text: string) => void;
}

/** The properties that a room is made for. */
type RoomPayload = Pick<
  Payload,
  'runId' | 'repoUrl' | 'author' | 'agent' | 'worktrees' | 'sandbox' | 'limits' | 'protect'
>;

/** What a run's attempts share on a worker. */
export interface RunRoom {
  readonly mirror: Mirror;
  readonly workers: Workers;
  /** The name of the run on this worker. It is unique, so that no other worker ends its processes. */
  readonly run: string;
}

/** A room for each run that a worker works for, with a mirror of the repository. */
export class RunRooms {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Promise<RunRoom>>();
  readonly #mirrors = new Map<string, Promise<Mirror>>();
  readonly #runs = new Set<string>();

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  /** Ends what a killed worker of the same name has left, and removes its worktrees. */
  async clear(): Promise<void> {
    const { folder } = this.#options;
    for (const mirror of await readdir(join(folder, MIRRORS)).catch(() => [])) {
      const runs = join(folder, MIRRORS, mirror, SAGE_PATHS.runs);
      for (const run of await readdir(runs).catch(() => [])) {
        await endRun(run);
        await removeTree(join(runs, run)).catch(() => {});
      }
    }
    await removeTree(join(folder, TREES)).catch(() => {});
  }

  /** `commit` is any commit of the repository. */
  async roomFor(payload: RoomPayload, commit: string): Promise<RunRoom> {
    const { runId, repoUrl, agent, worktrees, sandbox, limits, protect } = payload;
    const key = JSON.stringify([runId, repoUrl, agent, worktrees, sandbox, limits, protect.paths]);
    let room = this.#rooms.get(key);
    if (!room) {
      room = this.#open(payload, commit, String(this.#rooms.size + 1));
      this.#rooms.set(key, room);
      // If it could not be opened, the next call tries again.
      room.catch(() => this.#rooms.delete(key));
    }
    return room;
  }

  async close(): Promise<void> {
    for (const opened of this.#rooms.values()) {
      const room = await opened.catch(() => undefined);
      if (!room) continue;
      await room.workers.close();
      await removeTree(join(room.mirror.repository.root, SAGE_PATHS.runs, room.run)).catch(() => {});
    }
  }

  async #open(payload: RoomPayload, commit: string, number: string): Promise<RunRoom> {
    const { folder, worker, variables, agentFor, onNotice } = this.#options;
    const { repoUrl, runId, limits, agent, protect } = payload;
    const mirror = await (this.#mirrors.get(repoUrl) ?? this.#openMirror(repoUrl, commit));
    await mirror.actAs(payload.author);
    if (!this.#runs.has(runId)) await mirror.refresh(limits.depth);
    this.#runs.add(runId);
    const run = encodeRefComponent(`${runId}@${worker}`);
    const { timeout, idleTimeout, depth: _, ...agentLimits } = limits;
    const workers = await openWorkers({
      repository: mirror.repository,
      agent: agentFor(agent),
      timeout: timeout ?? DEFAULT_TIMEOUT_MS,
      idleTimeout,
      protectedPaths: protect.paths,
      worktrees: { ...payload.worktrees, directory: join(folder, TREES, number) },
      sandbox: payload.sandbox,
      variables,
      environment: agent.environment,
      allow: agent.allow,
      limits: agentLimits,
      secrets: agent.secrets.filter((name) => variables[name] !== undefined),
      template: agent.template === undefined ? undefined : parsePromptTemplate(agent.template, 'the prompt'),
      onNotice,
    });
    return { mirror, workers, run };
  }

  #openMirror(url: string, commit: string): Promise<Mirror> {
    const opened = Mirror.open(join(this.#options.folder, MIRRORS), url, commit);
    this.#mirrors.set(url, opened);
    opened.catch(() => this.#mirrors.delete(url));
    return opened;
  }
}
