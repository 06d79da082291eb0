import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/config/resources.ts';
import { hardLimits, mayRaise } from '../../../src/system/own-limits.ts';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max file size             unlimited            4096                 bytes     
Max open files            1024                 524288               files     
Max nice priority         0                    7                    
`;

test('the second number of a line is the hard limit, with a unit or without', () => {
  expect(hardLimits(LIMITS)).toEqual([Number.POSITIVE_INFINITY, 4096, 524_288, 7]);
});

test('the lines of this kernel are in the order of the resources', () => {
  const limits = hardLimits(readFileSync('/proc/self/limits', 'utf8'));
  expect(limits).toHaveLength(Object.keys(RESOURCES).length);
  const nofile = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  expect(String(limits[RESOURCES.nofile?.number ?? -1])).toBe(nofile.replace('unlimited', 'Infinity'));
});

describe('limits may be raised', () => {
  const FIRST = '         0          0 4294967295\n';
  const ALL = 'Name:\tnode\nCapPrm:\t0000000000000000\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n';

  test.each([
    ['with every capability', ALL, FIRST, true],
    ['with CAP_SYS_RESOURCE alone', 'CapEff:\t0000000001000000\n', FIRST, true],
    ['without it', 'CapEff:\t000001fffeffffff\n', FIRST, false],
    ['by an ordinary user', 'CapEff:\t0000000000000000\n', FIRST, false],
    ['by root of another user namespace', ALL, '         0     100000      65536\n', false],
  ])('%s: %#', (_who, status, map, expected) => {
    expect(mayRaise(status, map)).toBe(expected);
  });
});
