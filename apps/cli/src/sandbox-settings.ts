import { assertSandbox, type SandboxSettings } from '@sage/workers';
import type { Settings } from './config.ts';

/**
 * What commands are confined to, where they are; `--sandbox` has the settings that are configured.
 * @throws {SettingError} where a sandbox cannot be had.
 */
export async function sandboxSettings(
  chosen: Settings['sandbox'],
  configured: Settings['sandbox'],
  root: string,
): Promise<SandboxSettings | undefined> {
  if (chosen === undefined || chosen === false) return undefined;
  await assertSandbox(root);
  if (chosen !== true) return chosen;
  return typeof configured === 'object' ? configured : {};
}
