// A strict reader of plain data: each shape gives the value that it was given, as its type, or throws where that is another one.

/** `at`: where the value stands. */
export type Shape<T> = (value: unknown, at: string) => T;

export class Misshapen extends Error {}

function refuse(value: unknown, at: string, wanted: string): never {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  throw new Misshapen(`${at}: ${wanted} is wanted, not ${found}`);
}

export const text: Shape<string> = (value, at) =>
  typeof value === 'string' ? value : refuse(value, at, 'a text');

export const number: Shape<number> = (value, at) =>
  typeof value === 'number' ? value : refuse(value, at, 'a number');

export const flag: Shape<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : refuse(value, at, 'true or false');

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? null : shape(value, at));
}

export function either<A, B>(
  is: (value: unknown) => boolean,
  shape: Shape<A>,
  other: Shape<B>,
): Shape<A | B> {
  return (value, at) => (is(value) ? shape(value, at) : other(value, at));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return refuse(value, at, 'a list');
    for (const [index, each] of value.entries()) shape(each, `${at}[${index}]`);
    return value as T[];
  };
}

export function pair<A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length !== 2) return refuse(value, at, 'a pair');
    first(value[0], `${at}[0]`);
    second(value[1], `${at}[1]`);
    return value as [A, B];
  };
}

export function oneOf<T extends string>(...words: readonly T[]): Shape<T> {
  return (value, at) =>
    words.find((word) => word === value) ?? refuse(value, at, `one of ${words.join(', ')}`);
}

/** Every field of `T`, and no other one. */
export function record<T>(fields: { readonly [Key in keyof T]-?: Shape<T[Key]> }): Shape<T> {
  const shapes = Object.entries(fields) as [string, Shape<unknown>][];
  const known = new Set(shapes.map(([name]) => name));
  return (value, at) => {
    const found = object(value, at);
    for (const [name, shape] of shapes) shape(found[name], `${at}.${name}`);
    for (const name of Object.keys(found))
      if (!known.has(name)) throw new Misshapen(`${at}.${name}: nobody knows what that is`);
    return value as T;
  };
}

/** What it is made of is for others to know; these fields it has in any case. */
export function opaque<T>(...fields: readonly (keyof T & string)[]): Shape<T> {
  return (value, at) => {
    const found = object(value, at);
    for (const name of fields) if (found[name] === undefined) refuse(undefined, `${at}.${name}`, 'something');
    return value as T;
  };
}

function object(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(value, at, 'an object');
  return value as Record<string, unknown>;
}
