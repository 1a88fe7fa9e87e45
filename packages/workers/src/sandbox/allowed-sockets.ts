import type { SandboxSettings } from './sandbox-settings.ts';

/** Whether commands may make Unix sockets. They can then connect to any that somebody makes while they run. */
export function allowsSockets({ sockets = false }: SandboxSettings): boolean {
  return sockets === true || (sockets !== false && sockets.length > 0);
}

/** The paths of those that may be connected to, as in the settings. */
export function allowedPaths({ sockets }: SandboxSettings): readonly string[] {
  return named(sockets).filter((name) => !name.startsWith('@'));
}

export function allowsAbstract({ sockets }: SandboxSettings): boolean {
  return named(sockets).some((name) => name.startsWith('@'));
}

function named(sockets: SandboxSettings['sockets']): readonly string[] {
  return typeof sockets === 'object' ? sockets : [];
}
