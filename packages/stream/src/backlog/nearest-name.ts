import { distance } from 'fastest-levenshtein';

/** `: did you mean "..."?` with the most similar name; empty if no name is similar. */
export function didYouMean(name: string, names: Iterable<string>): string {
  if (name === '') return '';
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const other of names) {
    const apart = distance(other.toLowerCase(), name.toLowerCase());
    if (best === undefined || apart < best.distance) best = { name: other, distance: apart };
  }
  return best === undefined ? '' : `: did you mean ${JSON.stringify(best.name)}?`;
}
