// `http` and what belongs to it in the daemon's config.
import { expect, test } from 'vitest';
import { readHttpAddress, readHttpHost, readHttpToken } from '../../../src/config/centre.ts';
import { Bad } from '../../../src/config/problems/bad.ts';
import { EMPEROR, emperor, shown } from './helpers.ts';

const TOKEN = 'http-token = 0123456789abcdef';
const problems = (...lines: string[]) => shown(emperor(lines).problems, EMPEROR);

test('on a loopback address it can be had without a token, and nothing be done then', () => {
  expect(problems('http = 127.0.0.1:9190')).toEqual([]);
  expect(emperor(['http = [::1]:9190']).config?.centre).toMatchObject({
    address: { value: { host: '::1', port: 9190 } },
    token: undefined,
    readOnly: true,
    hosts: [],
  });
});

test.each([
  [[TOKEN], false],
  [[TOKEN, 'http-read-only'], true],
  [['http-read-only = false'], false],
] as const)('%s', (lines, readOnly) => {
  expect(emperor(['http = 127.0.0.1:9190', ...lines]).config?.centre?.readOnly).toBe(readOnly);
});

test.each(['0.0.0.0:9190', ':9190', '[::]:9190', '192.168.1.2:80', 'centre.example.org:80'])(
  '%s needs a token',
  (address) => {
    const [said, ...more] = problems(`http = ${address}`);
    expect(said).toMatch(/^2:8-.*needs `http-token`/);
    expect(more).toEqual([]);
    expect(problems(`http = ${address}`, TOKEN)).toEqual([]);
  },
);

test('a token that cannot be read is told once', () => {
  expect(problems('http = 0.0.0.0:9190', 'http-token = short')).toHaveLength(1);
});

test.each([TOKEN, 'http-host = a.example', 'http-read-only'])('%s is for http', (line) => {
  expect(problems(line).join()).toMatch(/is for `http`/);
});

test('tokens', () => {
  const base = '/etc/tsjail';
  expect(readHttpToken('@secret', { base })).toEqual({ kind: 'file', path: '/etc/tsjail/secret' });
  expect(readHttpToken('0123456789abcdef', { base })).toMatchObject({ kind: 'word' });
  for (const text of ['@', 'short', '0123456789 abcdef', '0123456789abcdefä'])
    expect(readHttpToken(text, { base })).toBeInstanceOf(Bad);
});

test('names and addresses', () => {
  expect(readHttpHost('Centre.Example.org')).toBe('centre.example.org');
  expect(readHttpHost('a.example:8443')).toBe('a.example:8443');
  expect((readHttpHost('https://a.example/x') as Bad).options.suggestion).toBe('a.example');
  for (const text of ['a b', '*', '']) expect(readHttpHost(text)).toBeInstanceOf(Bad);
  for (const text of ['9190', '/run/x', '@x', 'a:b']) expect(readHttpAddress(text)).toBeInstanceOf(Bad);
});
