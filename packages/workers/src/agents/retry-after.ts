/** Milliseconds in each unit. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const DURATION = /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?|d|days?)\b/gi;
const AFTER =
  /(?:try again in|re(?:try|set) (?:after|in)|retry-after:?|retrydelay"?:? ?"?)\s*([^,;)"\n]{1,40})/i;
const EPOCH = /limit reached\|(\d{10})(?:\d{3})?\b/i;
const OPENS = '(?:resets?|try again|regain access) (?:at |on )?';
const CLOCK_TIME = '(\\d{1,2})(?::(\\d\\d))?\\s*(am|pm)';
const CLOCK = new RegExp(OPENS + CLOCK_TIME, 'i');
const DAY = new RegExp(
  `${OPENS}([a-z]{3})[a-z]* (\\d{1,2})(?:st|nd|rd|th)?,?(?: (\\d{4}),?)?(?: at)? ${CLOCK_TIME}`,
  'i',
);
const UTC_DAY = new RegExp(
  `${OPENS}(\\d{4}-\\d\\d-\\d\\d)(?:T| at )(\\d\\d:\\d\\d)(?::\\d\\d)?(?:Z| UTC)`,
  'i',
);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * How long an account asks to wait, in milliseconds. Understands "try again in 6m30s", "Retry-After: 30", the time of
 * the reset in seconds since 1970, "resets 3pm" or "resets Oct 9 at 10am" on this machine's clock, and a date and
 * time in UTC. Undefined if the message does not say.
 */
export function retryAfter(message: string, now: Date): number | undefined {
  const epoch = EPOCH.exec(message)?.[1];
  if (epoch !== undefined) return Math.max(0, Number(epoch) * 1000 - now.getTime());
  const after = AFTER.exec(message)?.[1];
  if (after !== undefined) {
    const parts = [...after.replaceAll(/([a-z])(\d)/gi, '$1 $2').matchAll(DURATION)];
    const sum = parts.reduce((total, [, count, unit = '']) => total + Number(count) * unitOf(unit), 0);
    if (parts.length > 0) return Math.ceil(sum);
    // A number without a unit is in seconds, as in the header.
    const seconds = /^(\d+)\b/.exec(after)?.[1];
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  const reset = resetIn(message, now);
  return reset && Math.max(0, reset.getTime() - now.getTime());
}

function resetIn(message: string, now: Date): Date | undefined {
  const utc = UTC_DAY.exec(message);
  const utcReset = utc && new Date(`${utc[1]}T${utc[2]}Z`);
  if (utcReset && !Number.isNaN(utcReset.getTime())) return utcReset;
  const [, name = '', day = '', told, ...dayTime] = DAY.exec(message) ?? [];
  const month = MONTHS.indexOf(name.toLowerCase());
  if (month >= 0) {
    const reset = new Date(Number(told ?? now.getFullYear()), month, Number(day), ...hourOf(dayTime));
    // In December, a date in January means next year.
    if (told === undefined && reset < now) reset.setFullYear(reset.getFullYear() + 1);
    return reset;
  }
  const clock = CLOCK.exec(message);
  if (!clock) return undefined;
  const reset = new Date(now);
  reset.setHours(...hourOf(clock.slice(1)), 0, 0);
  if (reset <= now) reset.setDate(reset.getDate() + 1);
  return reset;
}

function hourOf([hour, minutes, half]: readonly (string | undefined)[]): [hours: number, minutes: number] {
  return [(Number(hour) % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0), Number(minutes ?? 0)];
}

function unitOf(text: string): number {
  const unit = text.toLowerCase();
  if (unit === 'ms' || unit.startsWith('milli')) return 1;
  return UNITS[unit.charAt(0)] ?? 0;
}
