// What the addon says of bytes, in the plainest words: for tests that have no addon, and for the one that compares the two.
import type { TextSystem } from '../../src/output/text-system.ts';

const ESCAPED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

export const PLAIN_TEXT_SYSTEM: TextSystem = {
  countNewlines: (bytes) => bytes.filter((byte) => byte === 10).length,
  isPlain: (bytes) => !ESCAPED.test(Buffer.from(bytes).toString()),
};
