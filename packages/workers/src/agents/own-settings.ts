import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isObject, listIn, objectIn } from './report.ts';

/** The user's settings of an agent for a checkout. */
export interface OwnSettings {
  /** What it may do without asking, in the agent's syntax. Empty if the checkout is not trusted. */
  readonly rules: readonly string[];
  /** Whether the user has trusted the checkout in the agent. */
  readonly trusted: boolean;
}

/** Claude Code reads a project's permissions only in a folder that the user has trusted. No worktree is one. */
export async function claudeSettings(root: string, variables: NodeJS.ProcessEnv): Promise<OwnSettings> {
  const home = variables['HOME'] ?? homedir();
  const state = await readObject(join(variables['CLAUDE_CONFIG_DIR'] || home, '.claude.json'));
  const trusted = objectIn(objectIn(state, 'projects'), root)['hasTrustDialogAccepted'] === true;
  if (!trusted) return { rules: [], trusted };
  const files = ['settings.json', 'settings.local.json'].map((name) => join(root, '.claude', name));
  const settings = await Promise.all(files.map(readObject));
  const rules = settings.flatMap((each) => listIn(objectIn(each, 'permissions'), 'allow'));
  return { rules: rules.filter((rule) => typeof rule === 'string'), trusted };
}

/** The Gemini CLI edits files and runs commands without asking only in a folder that the user has trusted. */
export async function geminiSettings(root: string, variables: NodeJS.ProcessEnv): Promise<OwnSettings> {
  const home = variables['HOME'] ?? homedir();
  const folders = await readObject(join(home, '.gemini/trustedFolders.json'));
  const trusted = Object.entries(folders).some(
    ([folder, trust]) =>
      (trust === 'TRUST_FOLDER' && `${root}/`.startsWith(`${folder}/`)) ||
      (trust === 'TRUST_PARENT' && `${root}/`.startsWith(`${join(folder, '..')}/`)),
  );
  return { rules: [], trusted };
}

async function readObject(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
