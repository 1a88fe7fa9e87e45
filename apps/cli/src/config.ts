import { cosmiconfig } from 'cosmiconfig';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { ConfigError } from './errors.ts';

const oneLine = z.string().trim().min(1);
const duration = oneLine.refine(
  (text) => parseDuration(text) !== undefined,
  'is no duration such as 30m, 90s or 2h',
);

/** Settings of `sage`, by the names of the flags; a flag wins over its setting. */
const schema = z.strictObject({
  auto: z.boolean().optional(),
  interactive: z.boolean().optional(),
  dryRun: z.boolean().optional(),
  explain: oneLine.optional(),
  parallel: z.union([z.number(), z.string(), z.literal(true)]).optional(),
  agent: oneLine.optional(),
  agentCommand: oneLine.optional(),
  /** Agents of your own: name to shell line. */
  agents: z.record(z.string(), oneLine).optional(),
  target: oneLine.optional(),
  verify: oneLine.optional(),
  maxAttempts: z.number().int().min(1).optional(),
  timeout: duration.optional(),
  idleTimeout: duration.optional(),
  maxCost: z.number().positive().optional(),
  maxTokens: z.number().int().positive().optional(),
  component: oneLine.optional(),
  only: z.union([oneLine, z.array(oneLine)]).optional(),
  json: z.boolean().optional(),
  /** A file with the project's own prompt template. */
  prompt: oneLine.optional(),
  worktrees: z
    .strictObject({
      keepIgnored: z.boolean().optional(),
      copy: z.array(oneLine).optional(),
      setup: oneLine.optional(),
      teardown: oneLine.optional(),
    })
    .optional(),
});

export type SageConfig = z.infer<typeof schema>;

const PLACES = [
  'package.json',
  '.sagerc',
  ...['json', 'yaml', 'yml', 'js', 'mjs', 'cjs', 'ts', 'mts'].flatMap((ending) => [
    `sage.config.${ending}`,
    `.sagerc.${ending}`,
  ]),
];

/**
 * The settings of a directory: the nearest configuration file in it or above it, up to the top of the repository.
 * @throws ConfigError
 */
export async function readConfig(directory: string): Promise<SageConfig> {
  const found = await cosmiconfig('sage', { searchPlaces: PLACES, searchStrategy: 'project' })
    .search(directory)
    .catch((cause: unknown) => {
      const { message, filepath } = cause as Error & { filepath?: string };
      throw new ConfigError(filepath ?? directory, `cannot be read: ${message.split('\n')[0]}`, { cause });
    });
  if (!found || found.isEmpty) return {};
  return checkConfig(found.config, found.filepath);
}

export function checkConfig(value: unknown, file: string): SageConfig {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    throw new ConfigError(
      file,
      `unknown setting ${JSON.stringify(key)}: did you mean ${JSON.stringify(nearest(key))}?`,
    );
  }
  throw new ConfigError(file, `setting ${JSON.stringify(issue?.path.join('.'))}: ${issue?.message}`);
}

function nearest(key: string): string {
  return Object.keys(schema.shape).toSorted(
    (a, b) => distance(a.toLowerCase(), key.toLowerCase()) - distance(b.toLowerCase(), key.toLowerCase()),
  )[0] as string;
}
