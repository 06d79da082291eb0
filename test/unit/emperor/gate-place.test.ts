import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StartGate } from '../../../src/emperor/gate.ts';
import { GatePlace } from '../../../src/emperor/gate-place.ts';

const PATIENCE_MS = 20;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function pass(ms: number) {
  vi.advanceTimersByTime(ms);
  await turn();
}

test('a set-up that takes long gives its place up by itself, once', async () => {
  const gate = new StartGate(1);
  const started: string[] = [];
  const slow = new GatePlace(gate, () => started.push('slow'), PATIENCE_MS);
  const next = new GatePlace(gate, () => started.push('next'));
  const last = new GatePlace(gate, () => started.push('last'));
  for (const each of [slow, next, last]) each.enqueue();
  await turn();
  await pass(PATIENCE_MS - 1);
  expect(started).toEqual(['slow']);
  await pass(1);
  slow.leave();
  await turn();
  expect(started).toEqual(['slow', 'next']);
});

test('one that fails at once, and is tried again, has all of its patience then', async () => {
  const gate = new StartGate(1);
  const started: string[] = [];
  let fails = true;
  const place: GatePlace = new GatePlace(gate, () => fails && place.leave(), PATIENCE_MS);
  place.enqueue();
  await turn();
  await pass(PATIENCE_MS - 1);
  fails = false;
  place.enqueue();
  new GatePlace(gate, () => started.push('next')).enqueue();
  await turn();
  await pass(PATIENCE_MS - 1);
  expect(started).toEqual([]);
  await pass(1);
  expect(started).toEqual(['next']);
});
