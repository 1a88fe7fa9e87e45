import { distance } from 'fastest-levenshtein';
import type { ReadEvent } from '@sage/workers';
import * as z from 'zod';
import { findConfig, isProgram, loadConfig } from './config-file.ts';
import { parseDuration } from './duration.ts';
import { parseSize } from './size.ts';
import { ConfigError, UntrustedError } from './errors.ts';
import { untrustedFiles } from './trust/trust.ts';

const oneLine = z.string().trim().min(1);
const duration = oneLine.refine(
  (text) => parseDuration(text) !== undefined,
  'is not a duration such as 30m, 90s or 2h',
);

const size = oneLine.refine((text) => parseSize(text) !== undefined, 'is not a size such as 500MB or 20GB');

const permissions = z.enum(['edits', 'all', 'none']);

const worktrees = z.strictObject({
  directory: oneLine.optional(),
  keepIgnored: z.boolean().optional(),
  copy: z.array(oneLine).optional(),
  setup: oneLine.optional(),
  teardown: oneLine.optional(),
  outsideSandbox: z.strictObject({ setup: oneLine.optional(), teardown: oneLine.optional() }).optional(),
});

/** A plain shell line is short for its command. */
export const verifySchema = z.strictObject({
  command: oneLine,
  slots: z.number().int().min(1).optional(),
  mode: z.enum(['chain', 'batch']).optional(),
  where: z
    .enum(['here', 'workers'])
    .describe('on this machine, or in slots of workers on other machines')
    .optional(),
  timeout: duration.optional(),
  environment: z.array(oneLine).optional(),
});

/**
 * The settings of `sage`, named like the flags. A flag wins over its setting. `configSchema` describes them for
 * editors.
 */
export const settingsSchema = z.strictObject({
  $schema: oneLine.describe('where the schema of this file is, for editors').optional(),
  auto: z.boolean().optional(),
  interactive: z.boolean().optional(),
  parallelInteractive: z.boolean().optional(),
  semiAuto: z.boolean().optional(),
  source: oneLine
    .refine((name) => name !== 'github', 'asks a server: type --source github when you mean it')
    .describe('the backlog to read: sage, task-master, beads, ...')
    .optional(),
  tag: oneLine.optional(),
  unit: oneLine.optional(),
  label: oneLine.optional(),
  milestone: oneLine.optional(),
  dryRun: z.boolean().optional(),
  explain: oneLine.optional(),
  parallel: z.union([z.number(), z.string(), z.literal(true)]).optional(),
  broker: z
    .union([oneLine, z.literal(true)])
    .describe(
      'the Redis through which workers on other machines are reached; true: the variable SAGE_BROKER has its address',
    )
    .optional(),
  hosts: oneLine.optional(),
  lease: duration.optional(),
  agent: oneLine.optional(),
  agentCommand: oneLine.optional(),
  model: oneLine.optional(),
  rules: z
    .array(
      z.strictObject({
        type: oneLine.optional(),
        component: oneLine.optional(),
        minComplexity: z.number().min(1).max(10).optional(),
        agent: oneLine.optional(),
        model: oneLine.optional(),
        worker: z.strictObject({ labels: z.array(oneLine).optional() }).optional(),
      }),
    )
    .describe('which tickets get which agent, and model: the first rule that fits')
    .optional(),
  attempts: z
    .array(z.strictObject({ agent: oneLine.optional(), model: oneLine.optional() }))
    .describe('by attempt: the agent, and the model, of the first, the second, ...')
    .optional(),
  agents: z
    .record(
      z.string(),
      z.union([
        oneLine,
        z.strictObject({
          command: oneLine,
          resume: oneLine.optional(),
          model: oneLine.optional(),
          events: z.union([oneLine, z.custom<ReadEvent>((value) => typeof value === 'function')]).optional(),
          environment: z.array(oneLine).optional(),
          permissions: permissions.optional(),
        }),
      ]),
    )
    .describe('agents of your own: name to shell line, or to a description')
    .optional(),
  sandbox: z
    .union([
      z.boolean(),
      z.strictObject({
        network: z.boolean().optional(),
        writable: z.array(oneLine).optional(),
        hidden: z.array(oneLine).optional(),
        sockets: z.union([z.boolean(), z.array(oneLine)]).optional(),
      }),
    ])
    .optional(),
  allow: z
    .array(oneLine)
    .describe(
      'shell lines that agents may run without asking; one that ends with " *" allows anything after it',
    )
    .optional(),
  notify: oneLine
    .describe(
      'a shell line that is run when a run ends or waits for a person, with the event as JSON on its stdin',
    )
    .optional(),
  limits: z
    .strictObject({
      output: size.optional(),
      processes: z.number().int().min(1).optional(),
      disk: size.optional(),
    })
    .describe('what an agent may use before it is ended')
    .optional(),
  approve: z.enum(['all', 'risky', 'none']).optional(),
  permissions: permissions.describe('what agents may do without a person').optional(),
  target: oneLine.optional(),
  verify: z
    .preprocess((value) => (typeof value === 'string' ? { command: value } : value), verifySchema)
    .optional(),
  landing: z.enum(['squash', 'merge', 'rebase']).describe('how work becomes commits').optional(),
  maxAttempts: z.number().int().min(1).optional(),
  timeout: duration.optional(),
  idleTimeout: duration.optional(),
  maxTurns: z.number().int().min(1).optional(),
  maxCost: z.number().positive().optional(),
  maxTokens: z.number().int().positive().optional(),
  maxTicketCost: z.number().positive().optional(),
  maxTicketTokens: z.number().int().positive().optional(),
  wait: z.boolean().describe('false: nothing more starts when the account is at its limit').optional(),
  baseline: z.boolean().describe('false: a run starts even if verify fails on the base commit').optional(),
  keepGoing: z.boolean().optional(),
  component: oneLine.optional(),
  componentLimits: z
    .record(oneLine, z.number().int().min(1))
    .describe('by component: how many of its tickets may run at the same time')
    .optional(),
  only: z.union([oneLine, z.array(oneLine)]).optional(),
  json: z.boolean().optional(),
  quiet: z.boolean().optional(),
  environment: z
    .array(oneLine)
    .describe('names of further environment variables that agents and checks see; * is any text')
    .optional(),
  secrets: z
    .array(oneLine)
    .describe('names of environment variables whose values are masked in logs and events')
    .optional(),
  prompt: oneLine.describe("a file with the project's own prompt template").optional(),
  worktrees: worktrees.describe('how worktrees are prepared').optional(),
});

/** Settings after validation. */
export type Settings = z.infer<typeof settingsSchema>;

/** The contents of a configuration file. */
export type SageConfig = Omit<Settings, 'verify'> & { verify?: string | Settings['verify'] };

/**
 * The settings for a directory; see `findConfig`.
 * @throws {ConfigError}
 * @throws {UntrustedError} if the file is a program that the user has not confirmed on this machine.
 */
export async function readConfig(
  directory: string,
  variables: NodeJS.ProcessEnv = process.env,
): Promise<Settings> {
  const file = await findConfig(directory);
  if (file === undefined) return {};
  if (isProgram(file)) {
    const untrusted = await untrustedFiles(file, variables);
    if (untrusted.length > 0) throw new UntrustedError(untrusted);
  }
  const value = await loadConfig(file);
  return value === undefined || value === null ? {} : checkConfig(value, file);
}

export function checkConfig(value: unknown, file: string): Settings {
  const result = settingsSchema.safeParse(value);
  if (result.success) {
    const { $schema: _, ...found } = result.data;
    return found;
  }
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const within = issue.path.map(String);
    const known =
      within[0] === 'verify' ? verifySchema : within[0] === 'worktrees' ? worktrees : settingsSchema;
    const name = [...within, key].join('.');
    const meant = [...within, nearest(key, Object.keys(known.shape))].join('.');
    throw new ConfigError(
      file,
      `unknown setting ${JSON.stringify(name)}: did you mean ${JSON.stringify(meant)}?`,
    );
  }
  throw new ConfigError(file, `setting ${JSON.stringify(issue?.path.join('.'))}: ${issue?.message}`);
}

function nearest(key: string, known: readonly string[]): string {
  const far = (other: string) => distance(other.toLowerCase(), key.toLowerCase());
  return known.toSorted((a, b) => far(a) - far(b))[0] as string;
}
