// The loop of the addon with many descriptors that always have something: each has his turn, and so has everybody else.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { loadNative } from '../../src/jail/native.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';

const EPOLLIN = 1;
const native = loadNative(ADDON_PATH);

/** Pipes in which something waits for ever; gives how often each was told of. */
function floods(count: number, ms: number): number[] {
  const told = Array.from({ length: count }, () => 0);
  for (let index = 0; index < count; index++) {
    const [ours, theirs] = native.streamPair();
    native.write(theirs, Buffer.from('x'));
    native.watch(ours, EPOLLIN, () => {
      told[index] = (told[index] ?? 0) + 1;
      for (const end = performance.now() + ms; performance.now() < end; );
    });
    onTestFinished(() => {
      native.close(ours);
      native.close(theirs);
    });
  }
  return told;
}

test('who is dear has his turn as often as the others, and they theirs in between', async () => {
  const told = floods(20, 3);
  const sum = () => told.reduce((all, each) => all + each, 0);
  let most = 0;
  while (sum() < 100) {
    const before = sum();
    await turn();
    most = Math.max(most, sum() - before);
  }
  // One of them is more than the two milliseconds of a turn.
  expect(most).toBe(1);
  expect(Math.max(...told) - Math.min(...told)).toBeLessThanOrEqual(1);
});

test('who is cheap is not held up by how many there are', async () => {
  const told = floods(200, 0);
  while (Math.min(...told) < 5) await turn();
  expect(Math.max(...told) - Math.min(...told)).toBeLessThanOrEqual(1);
});
