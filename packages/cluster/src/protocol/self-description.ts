import * as z from 'zod';

const word = z.string().max(1000);

/**
 * A worker's description of itself when it joins. A loose schema, because workers of other versions are listed too.
 */
export const descriptionSchema = z.looseObject({
  name: word.regex(/^\P{Cc}+$/u),
  protocol: z.number().int(),
  host: word,
  /** The machine that its process id belongs to. */
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
  /** Bytes, on the disk of the worktrees. */
  freeDisk: z.number().optional(),
  /** ISO 8601. */
  since: word,
});

export type WorkerDescription = z.infer<typeof descriptionSchema>;

/** Its present activity, which expires if the worker does not renew it. */
export const activitySchema = z.looseObject({
  attempts: z.array(
    z.looseObject({ run: word, ticket: word, attempt: z.number(), activity: word.optional() }),
  ),
  draining: z.boolean(),
  freeDisk: z.number().optional(),
});

export type WorkerActivity = z.infer<typeof activitySchema>;

/** What an attempt may need from a worker: `agent:claude`, `sandbox`, `label:gpu`. */
export const CAPABILITY = {
  agent: (name: string) => `agent:${name}`,
  label: (label: string) => `label:${label}`,
  sandbox: 'sandbox',
} as const;

/** The capabilities of a worker. */
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
