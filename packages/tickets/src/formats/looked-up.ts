/** Looks up a word from a file. Only own members count, because the word may be "constructor". */
export function lookedUp<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
