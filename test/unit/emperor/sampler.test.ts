import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ROUNDS_KEPT, type Round, Sampler } from '../../../src/emperor/overview/sampler.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

class Using {
  readonly name: string;
  asked = 0;
  cpuUsec = 0;
  isUp = true;

  constructor(name: string) {
    this.name = name;
  }

  usage() {
    this.asked++;
    return this.isUp ? { memoryBytes: 2048 * 1024, cpuUsec: this.cpuUsec, pids: 1 } : undefined;
  }
}

function samplerOf(vassals: readonly Using[]): Sampler {
  return new Sampler(async () => new Map(vassals.map((vassal) => [vassal.name, vassal.usage()])));
}

async function round(): Promise<void> {
  await vi.advanceTimersByTimeAsync(2000);
}

test('nobody looks: nothing is asked, and no timer waits', async () => {
  const vassal = new Using('a');
  const sampler = samplerOf([vassal]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([vassal.asked, vi.getTimerCount()]).toEqual([0, 0]);
  const leave = sampler.listen(() => {});
  await round();
  expect(vassal.asked).toBeGreaterThan(0);
  leave();
  const { asked } = vassal;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([vassal.asked, vi.getTimerCount(), sampler.of('a')]).toEqual([asked, 0, []]);
});

test('cpu is what was used since the round before; what did not change is not told again', async () => {
  const [busy, idle] = [new Using('busy'), new Using('idle')];
  const rounds: Round[] = [];
  samplerOf([busy, idle]).listen((each) => rounds.push(each));
  await vi.advanceTimersByTimeAsync(0);
  expect(rounds[0]?.changed).toEqual({ busy: [null, 2048], idle: [null, 2048] });
  busy.cpuUsec += 500_000;
  await round();
  expect(rounds[1]?.changed).toEqual({ busy: [250, 2048], idle: [0, 2048] });
  busy.cpuUsec += 500_000;
  await round();
  expect(rounds[2]?.changed).toEqual({});
  idle.isUp = false;
  busy.cpuUsec = 10;
  await round();
  expect(rounds[3]?.changed).toEqual({ busy: [null, 2048], idle: [null, null] });
});

test('so much is kept of each and no more, nothing of one that is gone', async () => {
  const vassals = [new Using('a'), new Using('b')];
  const sampler = samplerOf(vassals);
  sampler.listen(() => {});
  for (let count = 0; count < ROUNDS_KEPT + 10; count++) await round();
  expect(sampler.of('a')).toHaveLength(ROUNDS_KEPT);
  vassals.pop();
  await round();
  expect(sampler.of('b')).toEqual([]);
});

test('two who look cost as much as one', async () => {
  const vassal = new Using('a');
  const sampler = samplerOf([vassal]);
  const leave = [sampler.listen(() => {}), sampler.listen(() => {})];
  await vi.advanceTimersByTimeAsync(10_000);
  expect(vassal.asked).toBe(6);
  leave[0]?.();
  await round();
  expect(vassal.asked).toBe(7);
  leave[1]?.();
  expect(vi.getTimerCount()).toBe(0);
});
