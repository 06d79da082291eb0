import { describe, expect, test } from 'vitest';
import { readSocketAddress } from '../../../src/config/hooks/socket-address.ts';
import { Bad } from '../../../src/config/problems/bad.ts';

/** Without the family, whose bytes are in the machine's own order. */
const rest = (text: string) => String(readSocketAddress(text)).slice(4);

describe('addresses as connect(2) takes them', () => {
  test.each([
    ['127.0.0.1:80', '00507f0000010000000000000000'],
    [':8080', '1f907f0000010000000000000000'],
    ['[::1]:80', `0050${'0'.repeat(8)}${'0'.repeat(31)}1${'0'.repeat(8)}`],
    ['[fe80::1:2]:443', `01bb${'0'.repeat(8)}fe800000000000000000000000010002${'0'.repeat(8)}`],
    ['[::ffff:1.2.3.4]:1', `0001${'0'.repeat(8)}00000000000000000000ffff01020304${'0'.repeat(8)}`],
    ['[1:2:3:4:5:6:7:8]:1', `0001${'0'.repeat(8)}00010002000300040005000600070008${'0'.repeat(8)}`],
    ['/a', '2f6100'],
    ['@a', '0061'],
  ])('%s', (text, bytes) => {
    expect(rest(text)).toBe(bytes);
  });

  test.each([
    '',
    '80',
    '127.0.0.1',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '[::1%lo]:1',
    '::1:80',
    '[127.0.0.1]:80',
    '@',
    `/${'x'.repeat(107)}`,
  ])('%s is none', (text) => {
    expect(readSocketAddress(text)).toBeInstanceOf(Bad);
  });
});
