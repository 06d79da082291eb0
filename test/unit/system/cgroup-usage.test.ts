// What many groups use, read in few calls.
import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOomKills, readUsage } from '../../../src/system/cgroup-usage.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const STAT = 'nr_descendants 0\nnr_dying_descendants 0\n';

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
    '/a/cgroup.procs': '10\n11\n12\n',
    '/a/cgroup.stat': STAT,
  });
  expect(await readUsage(['/a'], readFiles)).toEqual([{ cpuUsec: 1500, memoryBytes: 4096, pids: 3 }]);
  expect(calls).toEqual([4]);
});

test('by the processes where it has not; nothing is told of one that is gone', async () => {
  const { readFiles } = reader({
    '/a/cpu.stat': 'usage_usec 7\n',
    '/a/cgroup.procs': '10\n11\n',
    '/a/cgroup.stat': STAT,
    '/proc/10/statm': '100 5 1 0 0 0 0\n',
    '/proc/11/statm': '100 6 1 0 0 0 0\n',
    '/b/memory.current': '8192\n',
    '/b/cgroup.procs': '12\n',
    '/b/cgroup.stat': STAT,
    '/empty/cgroup.stat': STAT,
  });
  expect(await readUsage(['/a', '/b', '/empty', '/gone'], readFiles)).toEqual([
    { cpuUsec: 7, memoryBytes: 11 * 4096, pids: 2 },
    { cpuUsec: null, memoryBytes: 8192, pids: 1 },
    { cpuUsec: null, memoryBytes: 0, pids: 0 },
    { cpuUsec: null, memoryBytes: null, pids: null },
  ]);
});

test('with the processes of the groups below', async () => {
  const group = tempDirectory();
  mkdirSync(`${group}/one/two`, { recursive: true });
  const { readFiles } = reader({
    [`${group}/cgroup.procs`]: '10\n',
    [`${group}/cgroup.stat`]: 'nr_descendants 2\n',
    [`${group}/one/cgroup.procs`]: '11\n',
    [`${group}/one/two/cgroup.procs`]: '12\n13\n',
    '/proc/10/statm': '100 1 1\n',
    '/proc/13/statm': '100 2 1\n',
    '/other/cgroup.procs': '14\n',
    '/other/cgroup.stat': STAT,
    '/proc/14/statm': '100 7 1\n',
  });
  expect(await readUsage([group, '/other'], readFiles)).toEqual([
    { cpuUsec: null, memoryBytes: 3 * 4096, pids: 4 },
    { cpuUsec: null, memoryBytes: 7 * 4096, pids: 1 },
  ]);
});

test('a thousand in few calls, none of them a long one, and two at a time', async () => {
  const paths = Array.from({ length: 1000 }, (_, index) => `/${index}`);
  const files = Object.fromEntries(
    paths.flatMap((path, index) => [
      [`${path}/cgroup.stat`, STAT],
      [`${path}/cpu.stat`, `usage_usec ${index}\n`],
      [`${path}/memory.current`, '1\n'],
    ]),
  );
  const { readFiles, calls } = reader(files);
  let now = 0;
  let most = 0;
  const usage = await readUsage(paths, (texts, done) => {
    most = Math.max(most, ++now);
    readFiles(texts, (said) => {
      now--;
      done(said);
    });
  });
  expect(usage.map(({ cpuUsec }) => cpuUsec)).toEqual(paths.map((_, index) => index));
  expect([Math.max(...calls), calls.length, most]).toEqual([800, 5, 2]);
  expect(await readUsage([], readFiles)).toEqual([]);
});

test('kills for want of memory, where they are counted', async () => {
  const { readFiles } = reader({
    '/a/memory.events': 'low 0\noom 2\noom_kill 1\noom_group_kill 0\n',
  });
  expect(await readOomKills(['/a', '/b'], readFiles)).toEqual([1, undefined]);
});
