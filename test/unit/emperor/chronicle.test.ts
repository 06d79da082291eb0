// Events by their numbers: over a re-exec, and beyond what is kept.
import { expect, test } from 'vitest';
import { Chronicle, MOST_EVENTS } from '../../../src/emperor/chronicle.ts';

const event = (vassal: string) => ({ at: 1, vassal, event: 'state', state: 'running', message: '' }) as const;

test('what came after one, also in the daemon that takes over', () => {
  const before = new Chronicle(100);
  expect(before.last).toBe(99);
  for (const name of ['a', 'b', 'c']) before.add(event(name));
  expect(before.since(100)).toMatchObject({ events: [{ vassal: 'b' }, { vassal: 'c' }], missed: 0 });
  const after = new Chronicle(5000);
  after.resume(before.record);
  expect(after.add(event('d')).seq).toBe(103);
  expect(after.since(101)).toMatchObject({ events: [{ vassal: 'c' }, { vassal: 'd' }], missed: 0 });
  expect(after.since(99)).toMatchObject({ missed: 0 });
  expect(after.since(103)).toEqual({ events: [], missed: 0 });
});

test('one that began anew knows of no other, nor does an empty one lose its place', () => {
  const other = new Chronicle(1000);
  other.add(event('a'));
  expect(other.since(500)).toMatchObject({ events: [{ vassal: 'a' }], missed: null });
  expect(other.since(2000).missed).toBeNull();
  const after = new Chronicle(5000);
  after.resume(new Chronicle(7).record);
  expect(after.add(event('b')).seq).toBe(7);
});

test('what is no longer kept is counted', () => {
  const chronicle = new Chronicle(1);
  for (let count = 0; count < MOST_EVENTS + 10; count++) chronicle.add(event('a'));
  const { events, missed } = chronicle.since(3);
  expect([events.length, missed]).toEqual([MOST_EVENTS, 7]);
  expect(chronicle.record.newest).toHaveLength(MOST_EVENTS);
});
