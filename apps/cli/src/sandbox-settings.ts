import { assertSandbox, type SandboxSettings } from '@sage/workers';
import type { Settings } from './config.ts';

/**
 * The sandbox for commands, if there is one. `--sandbox` uses the configured settings.
 * @throws {SettingError} if a sandbox is not available.
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
