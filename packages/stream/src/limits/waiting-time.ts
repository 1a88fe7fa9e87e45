const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `30 s`, `10 min`, `2 h 5 min`, `6 d 23 h`: precise enough for someone who waits, and never too short. */
export function waitingTime(milliseconds: number): string {
  if (milliseconds <= 2 * MINUTE_MS) return `${Math.ceil(milliseconds / 1000)} s`;
  const minutes = Math.ceil(milliseconds / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  if (milliseconds <= DAY_MS) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.ceil(milliseconds / HOUR_MS);
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function two(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}
