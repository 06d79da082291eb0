import { describe, expect, test } from 'vitest';
import {
  complaintOfOrigin,
  complaintOnSocket,
  isKnownHost,
} from '../../../../src/control/dashboard/guard.ts';

describe('names that the page may have', () => {
  test.each([
    '127.0.0.1:9190',
    '127.0.0.1',
    'localhost:9190',
    'LOCALHOST',
    '[::1]:9190',
    '192.168.1.7:9190',
    'centre.example',
    'centre.example:443',
    'Centre.Example',
    'other.example:8443',
  ])('%s', (host) => {
    expect(isKnownHost(host, ['centre.example', 'other.example:8443'])).toBe(true);
  });

  test.each([
    undefined,
    '',
    'evil.example',
    'evil.example:9190',
    '127.0.0.1.evil.example',
    'localhost.evil.example:9190',
    'centre.example.evil.example',
    'xcentre.example',
    'other.example',
    'other.example:80',
    'centre.example:443:80',
    'a@centre.example',
    '[::1',
    '[evil]:80',
    ':9190',
    '2130706433',
    '127.0.0.1, evil.example',
  ])('%s is none', (host) => {
    expect(isKnownHost(host, ['centre.example', 'other.example:8443'])).toBe(false);
  });
});

const post = (headers: Record<string, string>) => ({ method: 'POST', path: '/v1/vassals/a/stop', headers });
const get = (path: string, headers: Record<string, string>) => ({ method: 'GET', path, headers });
const HOST = { host: 'localhost:9190' };
const OURS = { ...HOST, 'x-tsjail': '1' };

test.each([
  post({ ...OURS, origin: 'http://localhost:9190', 'sec-fetch-site': 'same-origin' }),
  post({ ...OURS, origin: 'https://localhost:9190' }),
  post(OURS),
  get('/v1/vassals', HOST),
  get('/v1/vassals', { ...HOST, 'sec-fetch-site': 'same-origin' }),
  get('/metrics', { ...HOST, 'sec-fetch-site': 'none' }),
  get('/', { ...HOST, 'sec-fetch-site': 'cross-site' }),
  get('/page/main.js', { ...HOST, 'sec-fetch-site': 'cross-site' }),
])('may: %j', (asked) => {
  expect(complaintOfOrigin(asked, false)).toBeUndefined();
});

test.each([
  post(HOST),
  post({ ...OURS, origin: 'http://evil.example' }),
  post({ ...OURS, origin: 'null' }),
  post({ ...OURS, origin: 'http://localhost:9191' }),
  post({ ...OURS, 'sec-fetch-site': 'cross-site' }),
  post({ ...OURS, 'sec-fetch-site': 'same-site' }),
  post({ ...OURS, 'sec-fetch-site': 'none' }),
  { ...post(HOST), method: 'DELETE' },
  get('/v1/vassals', { ...HOST, 'sec-fetch-site': 'cross-site' }),
  get('/v1/events', { ...HOST, 'sec-fetch-site': 'same-site' }),
])('may not: %j', (asked) => {
  expect(complaintOfOrigin(asked, false)).toBeDefined();
});

test('a token in a header is proof enough that no page of another site asks', () => {
  expect(complaintOfOrigin(post(HOST), true)).toBeUndefined();
  expect(complaintOfOrigin(post({ ...HOST, origin: 'http://evil.example' }), true)).toBeDefined();
});

describe('on the control socket', () => {
  test.each([
    post({ host: 'localhost' }),
    post({}),
    get('/v1/vassals', { host: 'tsjail' }),
    post({ ...OURS, origin: 'http://localhost:9190', 'sec-fetch-site': 'same-origin' }),
  ])('may: %j', (asked) => {
    expect(complaintOnSocket(asked)).toBeUndefined();
  });

  test.each([
    get('/v1/vassals', { host: 'evil.example:9190' }),
    post({ host: 'localhost:9190', origin: 'http://evil.example' }),
    post({ host: 'localhost:9190', 'sec-fetch-site': 'cross-site' }),
    get('/v1/events', { host: 'localhost:9190', 'sec-fetch-site': 'cross-site' }),
  ])('may not: %j', (asked) => {
    expect(complaintOnSocket(asked)).toBeDefined();
  });
});
