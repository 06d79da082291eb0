// Values that JSON has no words for, in JSON: maps, sets, big and endless numbers, as an object with one key that begins with a $.
// Other objects with such a key get one more $.

const MARKED = /^\$+(map|set|bigint|number)$/;

export function encode(value: unknown): string {
  return JSON.stringify(asPlain(value));
}

/** Throws SyntaxError. */
export function decode(text: string): unknown {
  // Most lines have none of them, and to look at every value takes its time.
  return text.includes('{"$')
    ? JSON.parse(text, (_key, value: unknown) => unmarked(value))
    : JSON.parse(text);
}

function asPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(asPlain);
  if (value instanceof Map) return { $map: [...value].map(asPlain) };
  if (value instanceof Set) return { $set: [...value].map(asPlain) };
  const entries = Object.entries(value).map(([key, each]) => [key, asPlain(each)] as const);
  const [[key = '', only] = []] = entries;
  return entries.length === 1 && MARKED.test(key) ? { [`$${key}`]: only } : Object.fromEntries(entries);
}

function unmarked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  const [[key = '', only] = []] = entries;
  if (entries.length !== 1 || !MARKED.test(key)) return value;
  if (key === '$map') return new Map(only as [unknown, unknown][]);
  if (key === '$set') return new Set(only as unknown[]);
  if (key === '$bigint') return BigInt(only as string);
  if (key === '$number') return Number(only);
  return { [key.slice(1)]: only };
}
