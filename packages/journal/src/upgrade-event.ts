import type { RunEvent } from './events.ts';

/** Events whose names have changed since version 1. */
const RENAMED: Readonly<Record<string, RunEvent['event']>> = {
  'ticket.started': 'attempt.started',
  'ticket.finished': 'attempt.finished',
  'settings.changed': 'git.settings_changed',
};

/** Converts a parsed journal line to an event of the current version. Undefined if it is not an event. */
export function upgradeEvent(value: unknown): RunEvent | undefined {
  if (typeof value !== 'object' || value === null || !('event' in value)) return undefined;
  const { event } = value;
  if (typeof event !== 'string') return undefined;
  if (!('v' in value) || value.v !== 1) return value as RunEvent;
  const name = Object.hasOwn(RENAMED, event) ? RENAMED[event] : event;
  return { ...value, v: 2, event: name } as RunEvent;
}
