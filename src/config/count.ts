// A number of things in words, for every message that counts.

/** `0 vassals`, `1 vassal`, `2 vassals`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
