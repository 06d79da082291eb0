import { describe, expect, test } from 'vitest';
import { readSocketAddress } from '../../../src/config/hooks/socket-address.ts';
import { speaksNotify } from '../../../src/config/readiness.ts';
import { config, wrong } from './helpers.ts';

test.each([
  ['exec', { kind: 'exec' }],
  ['notify', { kind: 'notify' }],
  ['emperor', { kind: 'emperor' }],
  ['fd:3', { kind: 'fd', fd: 3 }],
  ['fd:1023', { kind: 'fd', fd: 1023 }],
  ['delay:1.5', { kind: 'delay', ms: 1500 }],
  ['delay:200ms', { kind: 'delay', ms: 200 }],
  ['socket:/run/x', { kind: 'socket', name: '/run/x', address: readSocketAddress('/run/x') }],
  ['socket::80', { kind: 'socket', name: ':80', address: readSocketAddress('127.0.0.1:80') }],
])('ready = %s', (text, expected) => {
  expect(config([`ready = ${text}`]).ready).toEqual(expected);
});

test('by default it is ready when it is started, and gives no sign of life', () => {
  expect(config([])).toMatchObject({ ready: { kind: 'exec' }, heartbeatMs: 0 });
  expect(speaksNotify(config([]))).toBe(false);
});

test('who speaks by sd_notify', () => {
  expect(speaksNotify(config(['ready = notify']))).toBe(true);
  expect(speaksNotify(config(['heartbeat-timeout = 5']))).toBe(true);
  expect(speaksNotify(config(['ready = emperor', 'heartbeat-timeout = 5']))).toBe(false);
});

describe('what is wrong is told, with what may be meant', () => {
  const KINDS = 'exec, notify, emperor, socket:ADDRESS, fd:N, delay:TIME';
  test.each([
    ['notfy', `\`notfy\` is none of ${KINDS}; did you mean \`notify\`?`],
    ['sokcet:/run/x', `\`sokcet:/run/x\` is none of ${KINDS}; did you mean \`socket:/run/x\`?`],
    ['socket', `\`socket\` needs more: ${KINDS}; did you mean \`socket:127.0.0.1:8080\`?`],
    ['fd', `\`fd\` needs more: ${KINDS}; did you mean \`fd:3\`?`],
    ['fd:2', 'a descriptor for readiness is a number from 3 to 1023; did you mean `fd:3`?'],
    ['fd:1024', 'a descriptor for readiness is a number from 3 to 1023; did you mean `fd:3`?'],
    ['fd:x', 'a descriptor for readiness is a number from 3 to 1023; did you mean `fd:3`?'],
    ['socket:localhost:80', '`localhost` is not an IP address: names are not looked up here'],
    ['delay:soon', '`soon` is not a time: seconds, or with ms, s, m, h'],
    ['constructor:1', `\`constructor:1\` is none of ${KINDS}`],
  ])('ready = %s', (text, message) => {
    expect(wrong([`ready = ${text}`])).toEqual([expect.stringContaining(`bad-value: ${message}`)]);
  });

  test('without an init nobody hears it', () => {
    const jail = ['clone = pid', 'init = false'];
    expect(wrong([...jail, 'ready = notify'])).toEqual([
      '4:9-15 contradiction: `ready = notify` is heard by the init of the jail, and with `init = false` there is none; did you mean `fd:3`?',
    ]);
    expect(wrong([...jail, 'heartbeat-timeout = 5'])).toEqual([
      expect.stringMatching(/^4:21-22 contradiction: signs of life are heard by the init/),
    ]);
    for (const ready of ['fd:3', 'delay:1', 'socket::80', 'exec'])
      expect(wrong([...jail, `ready = ${ready}`])).toEqual([]);
  });

  test('a delay beyond start-timeout never ends well', () => {
    expect(wrong(['ready = delay:90'])).toEqual([expect.stringContaining('`start-timeout` is over before')]);
    expect(wrong(['ready = delay:90', 'start-timeout = 2m'])).toEqual([]);
  });
});
