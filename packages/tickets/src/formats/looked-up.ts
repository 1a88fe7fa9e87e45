/** The value of a word that a file says. Own members only: it may say "constructor". */
export function lookedUp<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
