import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMessage } from '../../../src/jail/messages.ts';

test('reads each message of the jailer', () => {
  expect(parseMessage('exec')).toEqual({ kind: 'exec' });
  expect(parseMessage('waiting /run/x y.sock')).toEqual({ kind: 'waiting', what: '/run/x y.sock' });
  expect(parseMessage('waiting')).toEqual({ kind: 'waiting', what: null });
  expect(parseMessage('maps')).toEqual({ kind: 'maps' });
  expect(parseMessage('hooks post-jail')).toEqual({ kind: 'hooks', phase: 'post-jail' });
  expect(parseMessage('mounted 12 345')).toEqual({ kind: 'mounted', step: 12, mount: '345' });
  expect(parseMessage('held 3 254:0:12:1700000000.5')).toEqual({
    kind: 'held',
    step: 3,
    identity: '254:0:12:1700000000.5',
  });
  expect(parseMessage('made 7 file 0:41:18446744073709551615:0.0 /a b/c')).toEqual({
    kind: 'made',
    step: 7,
    target: { kind: 'file', path: '/a b/c', identity: '0:41:18446744073709551615:0.0' },
  });
  expect(parseMessage('started 123456789012345')).toEqual({ kind: 'started', monotonicNs: 123456789012345n });
  expect(parseMessage('failed 3 22 /ns is not a mount point')).toEqual({
    kind: 'failed',
    failure: { step: 3, errno: 22, detail: '/ns is not a mount point' },
  });
  expect(parseMessage('failed 3 22')).toMatchObject({ failure: { detail: '' } });
  expect(parseMessage('exited 3 - 0 10 20 30')).toEqual({
    kind: 'exited',
    exit: { code: 3, signal: null, core: false, userUsec: 10, systemUsec: 20, maxRssKib: 30 },
  });
  expect(parseMessage('exited - 11 1 0 0 0')).toMatchObject({ exit: { code: null, signal: 11, core: true } });
});

test('anything else is not a message and does no harm', () => {
  for (const text of [
    '',
    'started',
    'started x',
    'exited 1',
    'exec ',
    'waiting ',
    'failed -1 2',
    'exited 3 - 2 0 0 0',
    'stop',
    'hooks',
    'hooks a b',
    'mounted 1',
    'mounted x 1',
    'held 1 2',
    'made 1 socket 0:41:1:0.0 /a',
    'made 1 file 0:41:1:0.0 a',
    'made 1 file 0:41:1 /a',
  ]) {
    expect(parseMessage(text)).toBeUndefined();
  }
  fc.assert(fc.property(fc.string({ maxLength: 5000 }), (text) => void parseMessage(text)));
});
