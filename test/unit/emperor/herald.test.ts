import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Herald } from '../../../src/emperor/herald.ts';
import type { VassalEvent, VassalState } from '../../../src/emperor/view.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Subject {
  state: VassalState;
  isInMercy: boolean;
}

function herald(environment: NodeJS.ProcessEnv, ...given: readonly (VassalState | true)[]) {
  const states = given.filter((each) => each !== true);
  const vassals: Subject[] = states.map((state) => ({ state, isInMercy: false }));
  const listeners = new Set<(event: VassalEvent) => void>();
  const sent: string[] = [];
  const told = new Herald({
    environment,
    pid: 7,
    system: { sendDatagram: (_path, data) => sent.push(data) },
    emperor: {
      vassals,
      onEvent: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    trouble: () => {},
    takesOver: given.includes(true),
  });
  const happens = () => {
    for (const listener of listeners)
      listener({ at: 0, vassal: 'a', event: 'state', state: 'running', message: '' });
  };
  return { told, sent, vassals, happens, listeners };
}

const MANAGED = { NOTIFY_SOCKET: '/n' };

test('without a manager nothing is done, nor anybody listened to', () => {
  const { told, sent, listeners } = herald({}, 'running');
  told.ready();
  told.reloading();
  told.reloaded();
  told.stopping();
  expect([sent, listeners.size, vi.getTimerCount()]).toEqual([[], 0, 0]);
});

test('READY with the number of vassals in each state', () => {
  const { told, sent } = herald(MANAGED, 'running', 'backoff', 'running', 'stopped', 'exited');
  told.ready();
  expect(sent).toEqual(['READY=1\nSTATUS=governing 5 vassals: 2 running, 1 backoff, 1 stopped, 1 exited']);
});

test('the watchdog waits longer while the program is replaced, and no longer than that', () => {
  const watched = { ...MANAGED, WATCHDOG_USEC: '30000000' };
  const before = herald(watched);
  before.told.ready();
  before.sent.length = 0;
  before.told.replacing();
  expect(before.sent).toEqual([
    expect.stringMatching(/^RELOADING=1\n.*\nSTATUS=replacing its program$/s),
    'WATCHDOG_USEC=180000000\nWATCHDOG=1',
  ]);
  before.sent.length = 0;
  // It came to nothing.
  before.told.reloaded();
  expect(before.sent).toEqual(['WATCHDOG_USEC=30000000\nWATCHDOG=1', expect.stringMatching(/^READY=1/)]);
  before.told.close();
  const after = herald(watched, true);
  after.told.ready();
  expect(after.sent).toContain('WATCHDOG_USEC=30000000\nWATCHDOG=1');
  after.told.close();
  const unwatched = herald(MANAGED);
  unwatched.told.ready();
  unwatched.told.replacing();
  expect(unwatched.sent.join()).not.toMatch(/WATCHDOG/);
});

test('a reload before it is ready is part of the start', () => {
  const { told, sent } = herald(MANAGED);
  told.reloading();
  told.reloaded();
  expect(sent).toEqual([]);
});

test('RELOADING with the time, then READY; why it was refused is shown until the next', () => {
  const { told, sent } = herald(MANAGED);
  told.ready();
  told.reloading();
  expect(sent[1]).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+\nSTATUS=reading its config again$/);
  told.refused('it is bad');
  told.reloaded();
  expect(sent[2]).toBe('READY=1\nSTATUS=governing 0 vassals; it is bad');
  told.reloading();
  told.reloaded();
  expect(sent[4]).toBe('READY=1\nSTATUS=governing 0 vassals');
});

test('many changes are one text a second, and none is no text', () => {
  const { told, sent, vassals, happens } = herald(MANAGED, 'starting');
  happens();
  told.ready();
  for (let n = 0; n < 100; n++) happens();
  vi.advanceTimersByTime(2000);
  expect(sent).toHaveLength(1);
  vassals.splice(0, 1, { state: 'running', isInMercy: false });
  for (let n = 0; n < 100; n++) happens();
  vi.advanceTimersByTime(2000);
  expect(sent.slice(1)).toEqual(['STATUS=governing 1 vassal: 1 running']);
  expect(vi.getTimerCount()).toBe(0);
});

test('more time is asked for while a vassal is within its own, and no longer than a while after', () => {
  const { told, sent, vassals } = herald(MANAGED, 'stopping', 'stopping');
  const asked = () => sent.filter((text) => text === 'EXTEND_TIMEOUT_USEC=15000000').length;
  for (const vassal of vassals) vassal.isInMercy = true;
  told.stopping();
  expect(sent[0]).toBe('STOPPING=1\nSTATUS=stopping 2 vassals: 2 stopping');
  vi.advanceTimersByTime(600_000);
  expect(asked()).toBe(120);
  // One is gone, the other is killed and does not go.
  vassals.splice(0, 1);
  for (const vassal of vassals) vassal.isInMercy = false;
  vi.advanceTimersByTime(3_600_000);
  expect(asked()).toBeLessThanOrEqual(120 + 17);
  expect(vi.getTimerCount()).toBe(0);
});

test('nothing is ready any more once it stops', () => {
  const { told, sent } = herald(MANAGED);
  told.stopping();
  told.ready();
  told.reloading();
  told.stopping();
  expect(sent).toEqual(['STOPPING=1\nSTATUS=stopping 0 vassals']);
  told.close();
  expect(vi.getTimerCount()).toBe(0);
});

const WATCHED = { ...MANAGED, WATCHDOG_USEC: '10000000', WATCHDOG_PID: '7' };
const isFeed = (text: string) => text === 'WATCHDOG=1';

test('a watchdog for this process is fed once it is ready: a start may take longer', () => {
  const { told, sent } = herald(WATCHED);
  vi.advanceTimersByTime(30_000);
  expect(sent).toEqual([]);
  told.ready();
  told.reloading();
  told.reloaded();
  vi.advanceTimersByTime(10_100);
  expect(sent.filter(isFeed)).toHaveLength(3);
  told.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('one that takes the place of another feeds on at once', () => {
  const { told, sent } = herald(WATCHED, true);
  expect(sent).toEqual(['WATCHDOG=1']);
  told.close();
});
