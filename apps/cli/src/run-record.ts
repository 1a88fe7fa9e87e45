import { join } from 'node:path';
import { SAGE_PATHS } from '@sage/git';
import type { InterruptedRun } from '@sage/stream';
import { type PromptTemplate, readPromptTemplate } from '@sage/workers';
import * as z from 'zod';
import { shownAddress } from './broker.ts';
import { findConfig } from './config-file.ts';
import { checkConfig, type Settings } from './config.ts';
import { mergeFlags, type StreamFlags, type TypedFlags } from './stream-settings.ts';
import { executedFiles } from './trust/executed-files.ts';
import { readTrustedConfig } from './trust/confirm.ts';
import { ticketThatLanded } from './trust/ticket-that-landed.ts';

/** The settings that a run begins with. They are recorded for resuming it. */
export interface RunBeginning {
  readonly config: Settings;
  readonly flags: TypedFlags;
  /** Path of the configuration file. */
  readonly file?: string;
  /** Undefined for Sage's own. */
  readonly template?: PromptTemplate;
  /** Messages for the person about changes in the repository that this run ignores. */
  readonly notices: readonly string[];
}

const schema = z.object({
  v: z.literal(1),
  config: z.unknown(),
  flags: z.custom<TypedFlags>((value) => typeof value === 'object' && value !== null),
  file: z.string().optional(),
  template: z.object({ text: z.string() }).optional(),
});

/** JSON for the folder of the run. */
export async function formatRecord({ config, flags, file, template }: RunBeginning): Promise<unknown> {
  const shown =
    config.broker === undefined ? config : { ...config, broker: await shownAddress(config.broker) };
  return { v: 1, config: shown, flags, file, template };
}

/** The flags that a run was started with, from its folder. */
export function recordedFlags(record: unknown): TypedFlags | undefined {
  return schema.safeParse(record).data?.flags;
}

/** The broker of a run, without its password. */
export function recordedBroker(record: unknown): Settings['broker'] {
  const { flags, config } = schema.safeParse(record).data ?? {};
  return flags?.broker ?? (config as Settings | undefined)?.broker;
}

/**
 * The settings for starting or resuming a run. A run keeps the configuration and the prompt template that it began
 * with if one of its own landings has changed them. Changes by the user take effect.
 * @throws {ConfigError}, {SettingError}, {UntrustedError}
 */
export async function readBeginning(
  flags: StreamFlags,
  { directory, root }: { directory: string; root: string },
  interrupted: InterruptedRun | undefined,
): Promise<RunBeginning> {
  const record = interrupted && schema.safeParse(interrupted.record).data;
  if (!record) {
    const config = await readTrustedConfig(directory);
    const file = await findConfig(directory);
    const template = await readPromptTemplate(root, config.prompt);
    return { config, flags: typedFlags(flags), file, template, notices: [] };
  }
  const { run, base } = interrupted;
  const all = typedFlags(flags, record.flags);
  const file = await findConfig(directory);
  const notices: string[] = [];
  const kept = async (files: readonly string[]) => {
    for (const each of files) {
      const ticket = await ticketThatLanded(each, base);
      if (ticket === undefined) continue;
      notices.push(`${each} was changed by ${ticket}: it takes effect with the next run`);
      return true;
    }
    return false;
  };
  const executed = file === undefined ? [] : [...(await executedFiles(file)).keys()];
  const recorded = record.file === undefined ? [] : [record.file];
  const config = (await kept([...recorded, ...executed]))
    ? checkConfig(record.config, `${SAGE_PATHS.runs}/${run}/settings.json`)
    : await readTrustedConfig(directory);
  const template = (await kept([join(root, config.prompt ?? SAGE_PATHS.prompt)]))
    ? record.template
    : await readPromptTemplate(root, config.prompt);
  return { config, flags: all, file, template, notices };
}

/** The settings of a run, including its flags. */
export function settingsOf({ config, flags }: RunBeginning): Settings {
  return mergeFlags(flags, config);
}

/** Present flags win over earlier ones. A flag that can only turn something off stays. */
function typedFlags(flags: StreamFlags, before: TypedFlags = {}): TypedFlags {
  const { C: _, resume: _resume, json: _json, ...typed } = flags;
  return {
    ...before,
    ...typed,
    wait: typed.wait !== false && before.wait !== false,
    baseline: typed.baseline !== false && before.baseline !== false,
  };
}
