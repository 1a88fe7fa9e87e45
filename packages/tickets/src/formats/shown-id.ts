/** An id in a sentence: quoted where it is more than a word, as it may hold line breaks and escapes. */
export function shownId(id: string): string {
  return /^[\p{L}\p{N}_./-]+$/u.test(id) ? id : JSON.stringify(id);
}
