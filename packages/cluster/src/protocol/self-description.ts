import * as z from 'zod';

const word = z.string().max(1000);

/** What a worker says of itself when it joins. Loose: a worker of another version is listed as well. */
export const descriptionSchema = z.looseObject({
  name: word.regex(/^\P{Cc}+$/u),
  protocol: z.number().int(),
  host: word,
  /** What its process id belongs to. */
  machine: word.optional(),
  pid: z.number().int(),
  slots: z.number().int().min(1),
  labels: z.array(word),
  /** The lease of an attempt, in milliseconds. */
  lease: z.number().positive(),
  sage: word,
  node: word,
  git: word,
  platform: word,
  sandbox: z.boolean(),
  agents: z.array(z.looseObject({ name: word, version: word.optional(), signedIn: z.boolean().optional() })),
  /** Bytes, where worktrees are made. */
  freeDisk: z.number().optional(),
  /** ISO 8601. */
  since: word,
});

export type WorkerDescription = z.infer<typeof descriptionSchema>;

/** What it does now; it expires with the worker. */
export const activitySchema = z.looseObject({
  attempts: z.array(
    z.looseObject({ run: word, ticket: word, attempt: z.number(), activity: word.optional() }),
  ),
  draining: z.boolean(),
  freeDisk: z.number().optional(),
});

export type WorkerActivity = z.infer<typeof activitySchema>;

/** What an attempt needs of a worker, as `agent:claude`, `sandbox`, `label:gpu`. */
export const CAPABILITY = {
  agent: (name: string) => `agent:${name}`,
  label: (label: string) => `label:${label}`,
  sandbox: 'sandbox',
} as const;

/** What a worker has to offer. */
export function capabilitiesOf({
  agents,
  labels,
  sandbox,
}: Pick<WorkerDescription, 'agents' | 'labels' | 'sandbox'>): ReadonlySet<string> {
  return new Set([
    ...agents.filter(({ signedIn }) => signedIn !== false).map(({ name }) => CAPABILITY.agent(name)),
    ...labels.map(CAPABILITY.label),
    ...(sandbox ? [CAPABILITY.sandbox] : []),
  ]);
}
