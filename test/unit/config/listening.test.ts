import { describe, expect, test } from 'vitest';
import { addressText, readCommandAddress, readListenAddress } from '../../../src/config/listening.ts';
import { Bad } from '../../../src/config/problems/bad.ts';

const context = { base: '/etc/tsjail' };
const inet = (host: string | undefined, port: number) => ({ kind: 'inet', host, port });

describe('an address to listen on', () => {
  test.each([
    ['/run/stats.sock', { kind: 'unix', path: '/run/stats.sock' }],
    ['stats.sock', { kind: 'unix', path: '/etc/tsjail/stats.sock' }],
    ['/run/a:1', { kind: 'unix', path: '/run/a:1' }],
    ['@stats', { kind: 'abstract', name: '@stats' }],
    [':1717', inet(undefined, 1717)],
    ['127.0.0.1:1717', inet('127.0.0.1', 1717)],
    ['localhost:65535', inet('localhost', 65_535)],
    ['[::1]:1', inet('::1', 1)],
  ])('%s', (text, address) => {
    expect(readListenAddress(text, context)).toEqual(address);
    expect(readListenAddress(addressText(address as never), context)).toEqual(address);
  });

  test.each([
    ['1717', ':1717'],
    ['localhost:0', undefined],
    ['localhost:65536', undefined],
    ['a:b', undefined],
    ['::1:80', undefined],
    ['[127.0.0.1]:80', undefined],
    ['@', undefined],
    [`/${'a'.repeat(107)}`, undefined],
  ])('%s is none', (text, suggestion) => {
    const bad = readListenAddress(text, context);
    expect(bad).toBeInstanceOf(Bad);
    expect((bad as Bad).options.suggestion).toBe(suggestion);
  });
});

test.each(['/run/c', '@c', '127.0.0.1:5000', '127.1.2.3:5000', '[::1]:5000', 'localhost:5000'])(
  'commands may come to %s',
  (text) => {
    expect(readCommandAddress(text, context)).not.toBeInstanceOf(Bad);
  },
);

test.each([':5000', '0.0.0.0:5000', '10.0.0.1:5000', '[::]:5000', '127.example.org:5000'])(
  'commands may not come from other machines: %s',
  (text) => {
    expect(readCommandAddress(text, context)).toMatchObject({
      options: { suggestion: '127.0.0.1:5000' },
    });
  },
);
