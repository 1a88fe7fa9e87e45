/** `deferred[].reason`, and what is empty there. */
interface Paths {
  readonly keys: Set<string>;
  readonly empty: Set<string>;
}

/**
 * What a sample of JSON has that the printed object has not: keys, whatever their values. Where a list is empty in one of them,
 * nothing is known of what would be in it. A sample may leave out the rest of a list (`, ...`).
 */
export function missingKeys(sample: string, printed: string): string[] {
  const [told, real] = [
    pathsOf(JSON.parse(sample.replaceAll(/,\s*\.\.\./g, ''))),
    pathsOf(JSON.parse(printed)),
  ];
  const isUnknown = (key: string) => [...real.empty].some((list) => key.startsWith(`${list}[]`));
  return [...told.keys].filter((key) => !real.keys.has(key) && !isUnknown(key));
}

function pathsOf(value: unknown, at = '', paths: Paths = { keys: new Set(), empty: new Set() }): Paths {
  if (Array.isArray(value)) {
    if (value.length === 0) paths.empty.add(at);
    for (const one of value) pathsOf(one, `${at}[]`, paths);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      const path = at === '' ? key : `${at}.${key}`;
      paths.keys.add(path);
      pathsOf(one, path, paths);
    }
  }
  return paths;
}
