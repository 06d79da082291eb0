import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notifySocket, ServiceManager } from '../../../src/system/sd-notify.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function manager() {
  const sent: string[] = [];
  const troubles: string[] = [];
  const state = { code: '' };
  const system = {
    sendDatagram: (path: string, data: string) => {
      if (state.code) throw Object.assign(new Error(`sendto: ${state.code}`), { code: state.code });
      sent.push(`${path} ${data}`);
    },
  };
  const told = new ServiceManager('@m', system, (error) => troubles.push(error.message));
  return { told, sent, troubles, state };
}

test('one datagram for a message, a line for a field', () => {
  const { told, sent } = manager();
  told.tell({ READY: 1, STATUS: 'all is well' });
  expect(sent).toEqual(['@m READY=1\nSTATUS=all is well']);
});

test('what the manager has no room for comes later, in its order', () => {
  const { told, sent, troubles, state } = manager();
  state.code = 'EAGAIN';
  told.tell({ RELOADING: 1 });
  told.tell({ READY: 1 });
  vi.advanceTimersByTime(500);
  expect(sent).toEqual([]);
  state.code = '';
  vi.advanceTimersByTime(100);
  expect(sent).toEqual(['@m RELOADING=1', '@m READY=1']);
  expect(troubles).toEqual([]);
});

test('a manager that is deaf for long is told the newest', () => {
  const { told, sent, state } = manager();
  state.code = 'EAGAIN';
  for (let n = 0; n < 1000; n++) told.tell({ STATUS: String(n) });
  state.code = '';
  vi.advanceTimersByTime(100);
  expect(sent.length).toBeLessThan(100);
  expect(sent.at(-1)).toBe('@m STATUS=999');
});

test('one that is not there is told of once, and is no reason to fail', () => {
  const { told, sent, troubles, state } = manager();
  state.code = 'ENOENT';
  told.tell({ READY: 1 });
  told.tell({ STATUS: 'x' });
  state.code = '';
  told.tell({ STATUS: 'y' });
  expect(troubles).toEqual(['sendto: ENOENT']);
  expect(sent).toEqual(['@m STATUS=y']);
});

test.each([
  ['/run/systemd/notify', '/run/systemd/notify'],
  ['@abstract', '@abstract'],
  ['vsock:2:1234', undefined],
  ['@', undefined],
  ['', undefined],
  [undefined, undefined],
])('NOTIFY_SOCKET %s', (given, path) => {
  expect(notifySocket(given === undefined ? {} : { NOTIFY_SOCKET: given })).toBe(path);
});
