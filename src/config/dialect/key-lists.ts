// `blacklist` and `whitelist`: keys that may not be used from here on. Who includes a file rules over it: a list is changed or
// ended only by the file that has it and by those that included that one, so that a tenant's file cannot lift what it is under.
import { Bad } from '../problems/bad.ts';
import type { Line } from './item.ts';
import { normalKey } from './lines.ts';

interface KeyList {
  readonly keys: ReadonlySet<string>;
  readonly line: Line;
}

export interface KeyLists {
  readonly blacklist?: KeyList | undefined;
  readonly whitelist?: KeyList | undefined;
}

type Name = keyof KeyLists;
/** An alias is forbidden with its option. */
type Canonical = (key: string) => string;

export const LIST_KEYS: ReadonlyMap<string, Name> = new Map([
  ['blacklist', 'blacklist'],
  ['end-blacklist', 'blacklist'],
  ['whitelist', 'whitelist'],
  ['end-whitelist', 'whitelist'],
]);

/** Undefined: `key` may be used. */
export function forbidden(lists: KeyLists, written: string, canonical: Canonical): Bad | undefined {
  const key = canonical(normalKey(written).toLowerCase());
  const { blacklist, whitelist } = lists;
  if (blacklist?.keys.has(key)) return refusal(written, blacklist, 'blacklist', 'has it');
  if (whitelist && !whitelist.keys.has(key))
    return refusal(written, whitelist, 'whitelist', 'does not have it');
  return undefined;
}

/** The lists after `line`, whose key is one of LIST_KEYS. */
export function changed(lists: KeyLists, line: Line, value: string, canonical: Canonical): KeyLists | Bad {
  const { key, written } = line.entry;
  const name = LIST_KEYS.get(key) ?? 'blacklist';
  const former = lists[name];
  if (former && !rules(line, former.line)) {
    const message = `\`${written}\` cannot change the ${name} of ${place(former.line)}, which this file is under`;
    return new Bad(message, { code: 'forbidden-key' });
  }
  if (key !== name) return { ...lists, [name]: undefined };
  const words = value.split(' ').filter(Boolean);
  if (words.length === 0) return new Bad(`\`${written}\` needs keys`, { code: 'missing-value' });
  const keys = new Set(words.map((word) => canonical(normalKey(word).toLowerCase())));
  return { ...lists, [name]: { keys, line } };
}

function rules(ruler: Line, { chain }: Line): boolean {
  return ruler.chain.length <= chain.length && ruler.chain.every((link, index) => link === chain[index]);
}

function refusal(written: string, { line }: KeyList, name: Name, why: string): Bad {
  return new Bad(`\`${written}\` is forbidden here: the ${name} of ${place(line)} ${why}`, {
    code: 'forbidden-key',
  });
}

function place({ entry: { at } }: Line): string {
  return `${at.file}:${at.line}`;
}
