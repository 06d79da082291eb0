// Attributes of a vassal: what the section [emperor] of its own file says under the keys that the daemon collects (uWSGI:
// emperor-collect-attr). Values are taken as they stand, without placeholders; of a key that is repeated the first counts.
import { posix } from 'node:path';
import type { Entry } from './dialect/lines.ts';
import type { Values } from './options/read.ts';
import type { Located } from './origin.ts';

/** What the daemon wants to know of every vassal. */
export interface AttributeRules {
  readonly keys: ReadonlySet<string>;
  /** The one that is the directory of a vassal that names none. */
  readonly chdir: string | undefined;
  /** The one that is the program for a file of uWSGI's. */
  readonly wrapper: string | undefined;
}

export type Attributes = ReadonlyMap<string, Located<string>>;

export const NO_ATTRIBUTES: Attributes = new Map();

/** Undefined: none are collected, and [emperor] has no place in a vassal's file. */
export function attributeRules(values: Values): AttributeRules | undefined {
  const chdir = values.last('emperor-chdir-attr')?.value;
  const wrapper = values.last('emperor-wrapper-attr')?.value;
  const collected = values.all('emperor-collect-attr').map(({ value }) => value);
  // In uWSGI they would have to be collected besides.
  const keys = [...collected, chdir, wrapper].filter((key) => key !== undefined);
  return keys.length === 0 ? undefined : { keys: new Set(keys), chdir, wrapper };
}

export function attributesIn(entries: readonly Entry[], rules: AttributeRules | undefined): Attributes {
  if (rules === undefined) return NO_ATTRIBUTES;
  const found = new Map<string, Located<string>>();
  for (const { section, written, value, at } of entries) {
    if (section !== 'emperor' || !rules.keys.has(written) || found.has(written)) continue;
    found.set(written, { value, at });
  }
  return found;
}

/** Undefined: no attribute says it. */
export function chdirOf(
  attributes: Attributes,
  rules: AttributeRules | undefined,
  directory: string,
): Located<string> | undefined {
  const given = rules?.chdir === undefined ? undefined : attributes.get(rules.chdir);
  return given && { value: posix.resolve(directory, given.value), at: given.at };
}

/** Undefined: no attribute says it. */
export function wrapperOf(attributes: Attributes, rules: AttributeRules | undefined): string | undefined {
  return rules?.wrapper === undefined ? undefined : attributes.get(rules.wrapper)?.value;
}
