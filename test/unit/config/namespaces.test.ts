import { expect, test } from 'vitest';
import { joined, NAMESPACES, namespaceOf, namespacesIn } from '../../../src/config/namespaces.ts';
import { at } from './helpers.ts';

test('by name and alias, and nothing else', () => {
  expect(['fs', 'mnt', 'mount', 'ns', 'time'].map((word) => namespaceOf(word)?.name)).toEqual([
    'fs',
    'fs',
    'fs',
    'fs',
    'time',
  ]);
  expect(namespaceOf('constructor')).toBeUndefined();
});

test('by flags', () => {
  expect(namespacesIn(0x2002_0000).map(({ name }) => name)).toEqual(['fs', 'pid']);
  expect(namespacesIn(0)).toEqual([]);
});

test('the flags are those of clone(2), each its own', () => {
  const all = NAMESPACES.reduce((sum, { flag }) => sum | flag, 0);
  expect(all).toBe(0x7e02_0080);
  expect(NAMESPACES.reduce((sum, { flag }) => sum + flag, 0)).toBe(all);
});

test('several lines together', () => {
  expect(joined([])).toBeUndefined();
  const lines = [
    { value: ['fs'] as const, at: at(2) },
    { value: undefined, at: at(3) },
    { value: ['pid', 'net', 'pid'] as const, at: at(4) },
  ];
  expect(joined(lines)).toEqual({ value: new Set(['pid', 'net']), at: at(4) });
  expect(joined(lines.slice(0, 2))).toEqual({ value: new Set(), at: at(3) });
});
