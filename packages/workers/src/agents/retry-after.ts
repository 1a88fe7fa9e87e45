/** Milliseconds of one of each unit. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const DURATION = /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?|d|days?)\b/gi;
const AFTER = /(?:try again in|retry (?:after|in)|retry-after:?|retrydelay"?:? ?"?)\s*([^,;)"\n]{1,40})/i;
const EPOCH = /limit reached\|(\d{10})(?:\d{3})?\b/i;
const CLOCK = /(?:resets?|try again) (?:at )?(\d{1,2})(?::(\d\d))?\s*(am|pm)/i;

/**
 * How long, in milliseconds, an account asks to be left alone: "try again in 6m30s", "Retry-After: 30", the time of
 * the reset in seconds since 1970, or "resets 3pm" on this machine's clock. undefined where it says nothing of it.
 */
export function retryAfter(message: string, now: Date): number | undefined {
  const epoch = EPOCH.exec(message)?.[1];
  if (epoch !== undefined) return Math.max(0, Number(epoch) * 1000 - now.getTime());
  const after = AFTER.exec(message)?.[1];
  if (after !== undefined) {
    const parts = [...after.replaceAll(/([a-z])(\d)/gi, '$1 $2').matchAll(DURATION)];
    const sum = parts.reduce((total, [, count, unit = '']) => total + Number(count) * unitOf(unit), 0);
    if (parts.length > 0) return Math.ceil(sum);
    // Without a unit: seconds, as in the header.
    const seconds = /^(\d+)\b/.exec(after)?.[1];
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  const clock = CLOCK.exec(message);
  if (!clock) return undefined;
  const [, hour, minutes = '0', half = ''] = clock;
  const reset = new Date(now);
  reset.setHours((Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0), Number(minutes), 0, 0);
  if (reset <= now) reset.setDate(reset.getDate() + 1);
  return reset.getTime() - now.getTime();
}

function unitOf(text: string): number {
  const unit = text.toLowerCase();
  if (unit === 'ms' || unit.startsWith('milli')) return 1;
  return UNITS[unit.charAt(0)] ?? 0;
}
