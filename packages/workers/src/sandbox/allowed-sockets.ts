import type { SandboxSettings } from './sandbox-settings.ts';

/**
 * Whether commands may create Unix sockets. They can then also connect to any that someone creates while they run.
 */
export function allowsSockets({ sockets = false }: SandboxSettings): boolean {
  return sockets === true || (sockets !== false && sockets.length > 0);
}

/** The paths of sockets that commands may connect to, as written in the settings. */
export function allowedPaths({ sockets }: SandboxSettings): readonly string[] {
  return named(sockets).filter((name) => !name.startsWith('@'));
}

export function allowsAbstract({ sockets }: SandboxSettings): boolean {
  return named(sockets).some((name) => name.startsWith('@'));
}

function named(sockets: SandboxSettings['sockets']): readonly string[] {
  return typeof sockets === 'object' ? sockets : [];
}
