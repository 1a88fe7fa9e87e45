const UNITS: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Parses `500MB` or `20 GB` into bytes; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?(kB|MB|GB|TB)$/.exec(text) ?? [];
  const bytes = Number(amount) * (UNITS[unit] ?? 0);
  return bytes >= 1 ? bytes : undefined;
}
