// What the addon must not use of the C++ library, or it would load on fewer machines than Node does: addon/no_throw.cc.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ADDON = new URL('../../addon/', import.meta.url).pathname;
/** Each brings in an unwinder, or names of a newer C library. */
const HEAVY = /\bmake_shared\b|\bstd::(condition_variable|thread|jthread|call_once|async|[io]?f?stream)\b/;

const sources = readdirSync(ADDON).filter((name) => /\.(cc|h)$/.test(name));
const code = (name: string) => readFileSync(ADDON + name, 'utf8').replace(/\/\/.*/g, '');

test.each(sources)('addon/%s uses nothing heavy', (name) => {
  expect(HEAVY.exec(code(name))?.[0]).toBeUndefined();
});
