/** An id for use in a sentence. Anything but a plain word is quoted, as it may hold line breaks and escapes. */
export function shownId(id: string): string {
  return /^[\p{L}\p{N}_./-]+$/u.test(id) ? id : JSON.stringify(id);
}
