import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rightsOf } from '../../../src/system/process-rights.ts';

test('of this process', () => {
  const rights = rightsOf(process.pid);
  expect(rights.uid).toBe(process.geteuid?.());
  expect(rights.gid).toBe(process.getegid?.());
  const mask = rights.bounding.reduce((bits, { number }) => bits | (1n << BigInt(number)), 0n);
  const written = /^CapBnd:\s+(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  expect(mask).toBe(BigInt(`0x${written}`));
  expect(rights.outside('uid', 5)).toBe(5);
  expect(rights.keepsGroups).toBe(false);
});

test('of nobody', () => {
  expect(() => rightsOf(2 ** 22 + 1)).toThrow(/ENOENT/);
});
