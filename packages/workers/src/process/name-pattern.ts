/** Matches a whole name; `*` in the pattern matches any characters. */
export function namePattern(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(/[^\w*]/g, String.raw`\$&`).replaceAll('*', '.*')}$`, 's');
}
