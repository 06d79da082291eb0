// What the addon counts of control groups; directories that look like some do as well.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadNative } from '../../src/jail/native.ts';
import { readUsage } from '../../src/system/cgroup-usage.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const { readUsage: read, endGroups } = loadNative(ADDON_PATH);
/** No process has it: beyond what pid_max may be. */
const NOBODY = 2 ** 22 + 1;

function group(files: Readonly<Record<string, string>>, directory = tempDirectory()) {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

function residentOf(pid: number) {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
}

test('by the files of the group where it has them', async () => {
  const whole = group({
    'cpu.stat': 'other_usage_usec 3\nusage_usec 1500\nuser_usec 1000\n',
    'memory.current': '5000000000\n',
    'cgroup.procs': '10\n11\n12\n',
  });
  const odd = group({ 'cpu.stat': 'usage_usec_more 1\nusage_usec', 'memory.current': '8192\n' });
  expect(await readUsage([whole, `${whole}/none`, odd, join(whole, 'cpu.stat'), ''], read)).toEqual([
    { cpuUsec: 1500, memoryBytes: 5e9, pids: 3 },
    { cpuUsec: null, memoryBytes: null, pids: null },
    { cpuUsec: null, memoryBytes: 8192, pids: 0 },
    { cpuUsec: null, memoryBytes: null, pids: null },
    { cpuUsec: null, memoryBytes: null, pids: null },
  ]);
});

test('memory by the processes where it has no controller', async () => {
  const init = residentOf(1);
  const [usage, empty] = await readUsage(
    [group({ 'cgroup.procs': `1\n${NOBODY}\n${process.pid}\n` }), group({})],
    read,
  );
  expect(usage?.pids).toBe(3);
  expect(usage?.memoryBytes).toBeGreaterThan(init / 2 + residentOf(process.pid) / 2);
  expect(usage?.memoryBytes).toBeLessThan(2 * (init + residentOf(process.pid)));
  expect(empty).toEqual({ cpuUsec: null, memoryBytes: 0, pids: 0 });
});

test('with the processes of the groups below, however deep', async () => {
  const top = group({ 'memory.current': '1\n', 'cgroup.procs': '10\n' });
  group({ 'cgroup.procs': '11\n12\n' }, join(top, 'one'));
  group({ 'cgroup.procs': '13\n' }, join(top, 'other'));
  const deep = join(top, 'one', ...Array.from({ length: 100 }, () => 'x'));
  group({ 'cgroup.procs': '14' }, deep);
  expect(await readUsage([top], read)).toEqual([{ cpuUsec: null, memoryBytes: 1, pids: 5 }]);
});

test('of a group of the kernel', async () => {
  const root = readFileSync('/proc/self/mountinfo', 'utf8').match(/ (\/\S*) \S+ .*- cgroup2 /)?.[1];
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (root === undefined || own === undefined) return;
  const [usage] = await readUsage([join(root, own)], read);
  expect(usage?.pids).toBeGreaterThan(0);
  expect(usage?.memoryBytes).toBeGreaterThan(0);
});

test('what goes tells what it has counted, what cannot go why', async () => {
  const full = group({
    'cpu.stat': 'usage_usec 1500\n',
    'memory.events': 'oom 3\noom_kill 2\noom_group_kill 1\n',
  });
  const empty = group({});
  const numbers = await new Promise<Float64Array>((resolve) =>
    endGroups([full, empty, join(full, 'none')].join('\0'), resolve),
  );
  const { ENOTEMPTY, ENOENT } = constants.errno;
  expect([...numbers]).toEqual([1500, 2, ENOTEMPTY, NaN, NaN, 0, NaN, NaN, ENOENT]);
  expect([existsSync(full), existsSync(empty)]).toEqual([true, false]);
});
