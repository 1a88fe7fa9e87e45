import { allowsSockets } from './allowed-sockets.ts';
import { callFilter } from './call-filter.ts';
import type { SandboxSettings } from './sandbox-settings.ts';

/** Whether commands are prevented from creating Unix sockets, which is possible only on x64 and arm64. */
export function refusesSockets(settings: SandboxSettings): boolean {
  return !allowsSockets(settings) && callFilter(process.arch, settings) !== undefined;
}

const REFUSED = /\b(EPERM|Operation not permitted)\b/i;
const SOCKET = /\b(listen|connect|bind|socket)\b|\.(sock|pipe)\b/i;

/** Explains a failure if the command's output shows that it needed a Unix socket. */
export function explainRefusedSocket(
  output: readonly string[],
  settings: SandboxSettings,
): string | undefined {
  const isAsked = output.some((line) => REFUSED.test(line) && SOCKET.test(line));
  if (!isAsked || !refusesSockets(settings)) return undefined;
  return 'a sandbox has no Unix sockets; for tools that need their own, set sandbox.sockets to true';
}
