// What many groups use, read in few calls.
import { expect, test } from 'vitest';
import { readOomKills, readUsage } from '../../../src/system/cgroup-usage.ts';

test('what cannot be told is null', async () => {
  const usage = await readUsage(['/a', '/gone', '/b'], (groups, done) => {
    expect(groups).toBe('/a\0/gone\0/b');
    setImmediate(done, Float64Array.of(4096, 1500, 3, NaN, NaN, NaN, 0, NaN, 0));
  });
  expect(usage).toEqual([
    { memoryBytes: 4096, cpuUsec: 1500, pids: 3 },
    { memoryBytes: null, cpuUsec: null, pids: null },
    { memoryBytes: 0, cpuUsec: null, pids: 0 },
  ]);
});

test('a thousand in few calls, none of them a long one, and two at a time', async () => {
  const paths = Array.from({ length: 1000 }, (_, index) => `/${index}`);
  const calls: number[] = [];
  let now = 0;
  let most = 0;
  const usage = await readUsage(paths, (groups, done) => {
    most = Math.max(most, ++now);
    const asked = groups.split('\0');
    calls.push(asked.length);
    setImmediate(() => {
      now--;
      done(Float64Array.from(asked.flatMap((group) => [0, Number(group.slice(1)), 0])));
    });
  });
  expect(usage.map(({ cpuUsec }) => cpuUsec)).toEqual(paths.map((_, index) => index));
  expect([Math.max(...calls), calls.length, most]).toEqual([50, 20, 2]);
  expect(await readUsage([], () => expect.fail('nothing to read'))).toEqual([]);
});

test('kills for want of memory, where they are counted', async () => {
  const files: Readonly<Record<string, string>> = {
    '/a/memory.events': 'low 0\noom 2\noom_kill 1\noom_group_kill 0\n',
  };
  const readFiles = (paths: string, done: (texts: string) => void) =>
    void setImmediate(
      done,
      paths
        .split('\0')
        .map((name) => files[name] ?? '')
        .join('\0'),
    );
  expect(await readOomKills(['/a', '/b'], readFiles)).toEqual([1, undefined]);
});
