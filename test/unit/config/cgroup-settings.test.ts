import { expect, test } from 'vitest';
import { NO_CGROUP_SETTINGS } from '../../../src/config/cgroup/settings.ts';
import { at, config, wrong } from './helpers.ts';

test('nothing said, nothing asked for', () => {
  expect(config([]).cgroup).toEqual(NO_CGROUP_SETTINGS);
});

test('directories once each, their files and mode, every line with its place', () => {
  const lines = [
    'cgroup = /cg/a/',
    'cgroup = /cg/b',
    'cgroup=/cg//a',
    'cgroup-opt = x.y=1',
    'cgroup-opt = x.y:2',
    'cgroup-dir-mode = 0755',
  ];
  expect(config(lines).cgroup).toEqual({
    directories: [
      { value: '/cg/a', at: at(2) },
      { value: '/cg/b', at: at(3) },
    ],
    directoryMode: 0o755,
    options: [
      { value: { file: 'x.y', value: '1' }, at: at(5) },
      { value: { file: 'x.y', value: '2' }, at: at(6) },
    ],
    limits: [],
  });
});

test('limits: the last one of each counts, but every device', () => {
  const lines = [
    'pids-max = 5',
    'set = pids-max=7',
    'memory-max = 1M',
    'cpu-weight = 50',
    'io-max = 8:0 rbps=1',
    'io-max = 8:16 rbps=1',
  ];
  expect(config(lines).cgroup.limits).toEqual([
    { value: { option: 'memory-max', file: 'memory.max', value: '1048576' }, at: at(4) },
    { value: { option: 'cpu-weight', file: 'cpu.weight', value: '50' }, at: at(5) },
    { value: { option: 'pids-max', file: 'pids.max', value: '7' }, at: at(3, 7) },
    { value: { option: 'io-max', file: 'io.max', value: '8:0 rbps=1' }, at: at(6) },
    { value: { option: 'io-max', file: 'io.max', value: '8:16 rbps=1' }, at: at(7) },
  ]);
});

test.each([
  [
    ['cgroup = cg/a'],
    '2:10-14 bad-value: `cg/a` is not an absolute path; did you mean `/etc/tsjail/vassals/cg/a`?',
  ],
  [
    ['cgroup-opt = a=1'],
    '2:14-17 needs-cgroup: `cgroup-opt` is for the directories of `cgroup`, and there is none',
  ],
  [
    ['cgroup = /cg', 'cgroup-opt = a/b=1'],
    '3:14-17 bad-value: `a/b` is not the name of a file of a control group',
  ],
  [['cgroup-dir-mode = 888'], '2:19-22 bad-value: `888` is not an octal mask such as 022'],
  [['cpu-weight = 0'], '2:14-15 bad-value: 0 is not between 1 and 10000'],
  [
    ['io-max = 8:0 wbps=x'],
    '2:14-20 bad-value: `x` is not a rate per second: a number, also with K, M, G, or max',
  ],
])('%j', (lines, problem) => {
  expect(wrong(lines)).toEqual([problem]);
});

test('a percentage needs no second sign, and may have one', () => {
  const { limits } = config(['cpu-max = 50%', 'memory-max = 25%%'], { facts: { memoryBytes: 4096 } }).cgroup;
  expect(limits.map(({ value }) => value.value)).toEqual(['1024', '50000 100000']);
});
