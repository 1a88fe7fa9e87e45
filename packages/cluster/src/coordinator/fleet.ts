import type { Broker } from '../broker/broker.ts';
import { BrokerContact } from '../broker/broker-contact.ts';
import { forgetWorker, listWorkers, type RosterEntry } from '../broker/roster.ts';
import { PROTOCOL } from '../protocol/names.ts';
import { capabilitiesOf, type WorkerDescription } from '../protocol/self-description.ts';

const LOOK_MS = 2_000;
/** A worker that is no longer listed counts as gone after this time. */
const GONE_AFTER_MS = 5_000;

/** The coordinator's own versions, for comparison. */
export interface OwnVersions {
  readonly sage: string;
  readonly node: string;
  readonly git: string;
  /** The version of the run's agent on this machine, if it is installed. */
  readonly agent?: { readonly name: string; readonly version?: string };
}

export interface FleetOptions {
  /** What most attempts of the run need. */
  readonly needs: readonly string[];
  readonly own: OwnVersions;
  readonly lease: number;
  readonly notice: (text: string) => void;
}

/** A run's view of the workers that have joined. */
export class Fleet {
  readonly #broker: Broker;
  readonly #options: FleetOptions;
  readonly #told = new Map<string, string>();
  #workers: readonly RosterEntry[] = [];
  /** When each worker was last seen, by a monotonic clock. */
  readonly #seen = new Map<string, number>();
  readonly #capabilities = new WeakMap<WorkerDescription, ReadonlySet<string>>();
  /** Cache of matching workers by needs, until the next look. Needed at every start of an attempt. */
  readonly #known = new Map<string, readonly WorkerDescription[]>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(broker: Broker, options: FleetOptions) {
    this.#broker = broker;
    this.#options = options;
  }

  static async open(broker: Broker, options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(broker, options);
    await fleet.look();
    const contact = new BrokerContact(options.notice, 'agents keep working, and their work is fetched later');
    fleet.#timer = setInterval(() => void contact.ask(() => fleet.look()), LOOK_MS);
    return fleet;
  }

  /** How many attempts the workers can run at the same time. */
  get slots(): number {
    return this.slotsFor(this.#options.needs);
  }

  /** How many attempts with such needs the workers can run at the same time. */
  slotsFor(needs: readonly string[]): number {
    return this.#fitting(needs).reduce((sum, { slots }) => sum + slots, 0);
  }

  /** How many workers can work for the run. */
  get count(): number {
    return this.#fitting(this.#options.needs).length;
  }

  /** Whether there is a worker for an attempt. */
  fits(needs: readonly string[]): boolean {
    return this.#fitting(needs).length > 0;
  }

  async look(): Promise<void> {
    const listed = await listWorkers(this.#broker.redis);
    for (const { description, activity } of listed) {
      if (!activity) await forgetWorker(this.#broker.redis, description.name);
    }
    const now = listed.filter(({ activity }) => activity !== undefined);
    const names = new Set(now.map(({ description }) => description.name));
    for (const name of names) this.#seen.set(name, performance.now());
    const missing = this.#workers.filter(({ description }) => !names.has(description.name));
    const isLate = ({ description: { name } }: RosterEntry) =>
      performance.now() - (this.#seen.get(name) ?? 0) > GONE_AFTER_MS;
    // After a broker was wiped, all workers soon report to it again.
    this.#workers = [...now, ...missing.filter((entry) => !isLate(entry))];
    this.#known.clear();
    for (const { description } of now) this.#tell(description);
    for (const { description } of missing.filter(isLate)) {
      this.#told.delete(description.name);
      this.#options.notice(`worker ${description.name} has left`);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #fitting(needs: readonly string[]): readonly WorkerDescription[] {
    const key = needs.join('\n');
    let known = this.#known.get(key);
    if (!known) this.#known.set(key, (known = this.#find(needs)));
    return known;
  }

  #find(needs: readonly string[]): WorkerDescription[] {
    return this.#workers
      .filter(({ description, activity }) => description.protocol === PROTOCOL && !activity?.draining)
      .map(({ description }) => description)
      .filter((description) => {
        const capabilities = this.#capabilitiesOf(description);
        return needs.every((need) => capabilities.has(need));
      });
  }

  #capabilitiesOf(description: WorkerDescription): ReadonlySet<string> {
    let known = this.#capabilities.get(description);
    if (!known) this.#capabilities.set(description, (known = capabilitiesOf(description)));
    return known;
  }

  /** Announces once that a worker has joined, and how it differs. */
  #tell(description: WorkerDescription): void {
    const { name, since, slots } = description;
    if (this.#told.get(name) === since) return;
    this.#told.set(name, since);
    const { notice } = this.#options;
    const refused = refusalOf(description, this.#options);
    if (refused !== undefined) return notice(`worker ${name} gets no work from this run: ${refused}`);
    const differs = differences(description, this.#options);
    const also = differs.length === 0 ? '' : `; it differs: ${differs.join(', ')}`;
    notice(`worker ${name} has joined with ${slots === 1 ? '1 slot' : `${slots} slots`}${also}`);
  }
}

/** Why a worker cannot work for a run; undefined if it can. */
export function refusalOf(
  worker: WorkerDescription,
  { needs }: Pick<FleetOptions, 'needs'>,
): string | undefined {
  if (worker.protocol !== PROTOCOL)
    return `its sage ${worker.sage} speaks version ${worker.protocol} of the protocol, but this one speaks version ${PROTOCOL}: install the same sage there`;
  const capabilities = capabilitiesOf(worker);
  const missing = needs.find((need) => !capabilities.has(need));
  if (missing === undefined) return undefined;
  const [kind, what = ''] = missing.split(/:(.*)/s);
  if (kind !== 'agent') return `it has no ${missing}`;
  const there = worker.agents.find((agent) => agent.name === what);
  return there ? `${what} is not signed in there` : `${what} is not installed there`;
}

/** How a worker's versions and lease differ from those here. */
export function differences(
  worker: WorkerDescription,
  { own, lease }: Pick<FleetOptions, 'own' | 'lease'>,
): string[] {
  const found: string[] = [];
  const compare = (what: string, there: string | undefined, here: string | undefined) => {
    if (there !== undefined && here !== undefined && there !== here)
      found.push(`${what} ${there} (here ${here})`);
  };
  compare('sage', worker.sage, own.sage);
  compare('node', worker.node, own.node);
  compare('git', worker.git, own.git);
  if (own.agent) {
    const there = worker.agents.find(({ name }) => name === own.agent?.name);
    compare(own.agent.name, there?.version, own.agent.version);
  }
  compare('lease', `${worker.lease / 1000} s`, `${lease / 1000} s`);
  return found;
}
