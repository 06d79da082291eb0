// What many groups use, read in few calls.
import { expect, test } from 'vitest';
import { readGroups } from '../../../src/system/cgroup-reading.ts';

function reader(files: Readonly<Record<string, string>>) {
  const calls: number[] = [];
  const readFiles = (paths: string, done: (texts: string) => void) => {
    const names = paths.split('\0');
    calls.push(names.length);
    setImmediate(done, names.map((name) => files[name] ?? '').join('\0'));
  };
  return { readFiles, calls };
}

test('by the files of the group where it has them', async () => {
  const { readFiles, calls } = reader({
    '/a/cpu.stat': 'usage_usec 1500\nuser_usec 1000\n',
    '/a/memory.current': '4096\n',
    '/a/pids.current': '3\n',
    '/a/memory.events': 'low 0\noom 2\noom_kill 1\noom_group_kill 0\n',
  });
  expect(await readGroups(['/a'], readFiles)).toEqual([
    { cpuUsec: 1500, memoryBytes: 4096, processes: 3, oomKills: 1 },
  ]);
  expect(calls).toEqual([4]);
});

test('by the processes where it has not', async () => {
  const { readFiles } = reader({
    '/a/cpu.stat': 'usage_usec 7\n',
    '/a/cgroup.procs': '10\n11\n',
    '/proc/10/statm': '100 5 1 0 0 0 0\n',
    '/proc/11/statm': '100 6 1 0 0 0 0\n',
    '/b/memory.current': '8192\n',
    '/b/cgroup.procs': '12\n',
  });
  expect(await readGroups(['/a', '/b', '/gone'], readFiles)).toEqual([
    { cpuUsec: 7, memoryBytes: 11 * 4096, processes: 2, oomKills: undefined },
    { cpuUsec: undefined, memoryBytes: 8192, processes: 1, oomKills: undefined },
    { cpuUsec: undefined, memoryBytes: 0, processes: 0, oomKills: undefined },
  ]);
});

test('a thousand in few calls, none of them a long one', async () => {
  const { readFiles, calls } = reader({});
  const paths = Array.from({ length: 1000 }, (_, index) => `/${index}`);
  expect(await readGroups(paths, readFiles)).toHaveLength(1000);
  expect([Math.max(...calls), calls.length]).toEqual([800, 10]);
  expect(await readGroups([], readFiles)).toEqual([]);
});
