// Values that JSON has no words for, in JSON: maps, sets, big and endless numbers, as an object with one key that begins with a $.
// Other objects with such a key get one more $.

const MARKED = /^\$+(map|set|bigint|number)$/;

export function encode(value: unknown): string {
  return JSON.stringify(asPlain(value));
}

/** Throws SyntaxError. */
export function decode(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Most lines have none of them, and to look at every value takes its time.
  return text.includes('{"$') ? unmarked(value) : value;
}

function asPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(asPlain);
  if (value instanceof Map) return { $map: [...value].map(asPlain) };
  if (value instanceof Set) return { $set: [...value].map(asPlain) };
  const plain: Record<string, unknown> = {};
  const keys = Object.keys(value);
  for (const key of keys) plain[key] = asPlain((value as Record<string, unknown>)[key]);
  const [only = ''] = keys;
  return keys.length === 1 && MARKED.test(only) ? { [`$${only}`]: plain[only] } : plain;
}

/** In place, as far as it can be. */
function unmarked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const found = value as Record<string, unknown>;
  const keys = Object.keys(found);
  for (const key of keys) {
    const each = found[key];
    if (typeof each === 'object' && each !== null) found[key] = unmarked(each);
  }
  const [key = ''] = keys;
  if (keys.length !== 1 || key[0] !== '$' || !MARKED.test(key)) return value;
  const only = found[key];
  if (key === '$map') return new Map(only as [unknown, unknown][]);
  if (key === '$set') return new Set(only as unknown[]);
  if (key === '$bigint') return BigInt(only as string);
  if (key === '$number') return Number(only);
  return { [key.slice(1)]: only };
}
