import { describe, expect, test } from 'vitest';
import {
  isMapped,
  overlap,
  readGroup,
  readIdRanges,
  readUser,
} from '../../../src/config/identity/id-values.ts';
import { Bad } from '../../../src/config/problems/bad.ts';
import { host, wrong } from './helpers.ts';

const CONTEXT = { host: host() };
const range = (inside: number, outside: number, count: number) => ({ inside, outside, count });

describe('users and groups', () => {
  test('a user by name or number brings its group, home and shell', () => {
    const anna = { uid: 1000, name: 'anna', gid: 1000, home: '/home/anna', shell: '/bin/bash' };
    expect(readUser('anna', CONTEXT)).toEqual({ text: 'anna', known: anna });
    expect(readUser('1000', CONTEXT)).toEqual({ text: '1000', known: anna });
  });

  test('the greatest id', () => {
    expect(readUser('4294967294', CONTEXT)).toMatchObject({ known: { uid: 4_294_967_294 } });
  });

  test('a number that nobody has is just that', () => {
    expect(readUser('4242', CONTEXT)).toMatchObject({
      known: { uid: 4242, name: undefined, gid: undefined },
    });
    expect(readUser('+007', CONTEXT)).toMatchObject({ text: '7', known: { uid: 7 } });
  });

  test('a name that nobody has here may be one of the jail', () => {
    expect(readUser('nobdy', CONTEXT)).toEqual({ text: 'nobdy', known: undefined });
    expect(readGroup('constructor', CONTEXT)).toEqual({ text: 'constructor', known: undefined });
  });

  test.each(['-1', '4294967295'])('%s is no id', (text) => {
    const bad = new Bad(`${text} is not an id: 0 to 4294967294`);
    expect(readUser(text, CONTEXT)).toEqual(bad);
    expect(readGroup(text, CONTEXT)).toEqual(bad);
  });

  test('groups', () => {
    expect(readGroup('ssl', CONTEXT)).toEqual({ text: 'ssl', known: 110 });
    expect(readGroup('4242', CONTEXT)).toEqual({ text: '4242', known: 4242 });
  });
});

test('the nearest name is suggested', () => {
  expect(wrong(['uid = www-dat', 'gid = admm', 'add-gid = wwwdata', 'add-gid = nothing-like-it'])).toEqual([
    '2:7-14 unknown-user: unknown user `www-dat`; did you mean `www-data`?',
    '3:7-11 unknown-group: unknown group `admm`; did you mean `adm`?',
    '4:11-18 unknown-group: unknown group `wwwdata`; did you mean `www-data`?',
    '5:11-26 unknown-group: unknown group `nothing-like-it`',
  ]);
});

describe('ranges of an id map', () => {
  test.each([
    ['0:100000:65536', [range(0, 100_000, 65_536)]],
    ['0 100000 65536', [range(0, 100_000, 65_536)]],
    ['0:1000:1, 1:100000:10', [range(0, 1000, 1), range(1, 100_000, 10)]],
    ['4294967294:0:1', [range(4_294_967_294, 0, 1)]],
  ])('%j', (text, expected) => {
    expect(readIdRanges(text)).toEqual(expected);
  });

  test.each([
    ['', 'no range: INSIDE:OUTSIDE:COUNT', undefined],
    ['0:1000', '`0:1000` is not INSIDE:OUTSIDE:COUNT, such as 0:100000:65536', 0],
    ['0:1:2,xyz', '`xyz` is not INSIDE:OUTSIDE:COUNT, such as 0:100000:65536', 6],
    ['0:1:0', 'a range of no ids', 0],
    ['0:-1:1', '`0:-1:1` is not INSIDE:OUTSIDE:COUNT, such as 0:100000:65536', 0],
    ['1:0:4294967295', '`1:0:4294967295` goes beyond the last id, 4294967294', 0],
  ])('%j is bad', (text, message, from) => {
    const part = from === undefined ? {} : { from, to: text.length };
    expect(readIdRanges(text)).toMatchObject({ message, options: part });
  });

  test('overlap on either side; neighbours do not', () => {
    const ranges = [range(10, 0, 10), range(0, 5, 10)];
    expect(overlap(ranges, 'inside')).toBe(false);
    expect(overlap(ranges, 'outside')).toBe(true);
    expect(overlap([range(0, 0, 11), range(10, 50, 1)], 'inside')).toBe(true);
  });

  test('what is mapped', () => {
    expect([9, 10, 19, 20].map((id) => isMapped([range(10, 0, 10)], id))).toEqual([false, true, true, false]);
  });
});
