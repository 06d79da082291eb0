// A number of things in words, for every message that counts.

/** `0 vassals`, `1 vassal`, `2 vassals`. */
export function count(amount: number, noun: string, nouns = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : nouns}`;
}
