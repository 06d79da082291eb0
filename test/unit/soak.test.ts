// The judges of the storms: what is one more is seen, memory that grows has a slope, and a vassal that runs another text is
// not right.
import { expect, test } from 'vitest';

const harness = (file: string) => import(new URL(`../soak/harness/${file}.mjs`, import.meta.url).href);

test('a census tells what is more, less, new and gone', async () => {
  const { differences } = await harness('census');
  const before = { 'descriptors socket': 3, 'files in /run': '/run/a /run/b', mounts: 5 };
  expect(differences(before, before)).toEqual([]);
  expect(
    differences(before, { 'descriptors socket': 4, 'files in /run': '/run/b /run/c', zombies: 1 }),
  ).toEqual([
    'descriptors socket: 3 → 4',
    'files in /run: -/run/a +/run/c',
    'mounts: 5 → 0',
    'zombies: 0 → 1',
  ]);
});

test('growth is told from waves', async () => {
  const { slopePerHour } = await harness('slope');
  const hours = Array.from({ length: 1000 }, (_, n) => n / 1000);
  const wave = (hour: number) => 5 * Math.sin(hour * 400);
  const grown = slopePerHour(hours.map((hour) => [hour, 40 + 7 * hour + wave(hour)]));
  expect(grown.slope).toBeGreaterThan(6);
  expect(grown.slope - 2 * grown.error).toBeGreaterThan(2);
  const level = slopePerHour(hours.map((hour) => [hour, 40 + wave(hour)]));
  expect(level.slope - 2 * level.error).toBeLessThan(2);
});

test('a vassal is right when it runs what its file says now', async () => {
  const { wrongOnes } = await harness('vassals');
  const running = { name: 'web', state: 'running', error: null, pid: process.pid, lastExit: null };
  const wanted = (isValid: boolean) => new Map([['web', { tag: 't1', isValid }]]);
  expect(wrongOnes([running], wanted(true))).toEqual(['web: runs undefined, not t1']);
  expect(wrongOnes([], wanted(true))).toEqual(['web: unknown to the daemon']);
  expect(wrongOnes([running], new Map())).toEqual(['web: no file']);
  expect(wrongOnes([running], wanted(false))).toEqual(['web: running, and its file is wrong']);
  expect(wrongOnes([{ ...running, error: { message: 'bad' } }], wanted(false))).toEqual([]);
});
