import { expect, test } from 'vitest';
import {
  readCgroupFile,
  readCpuMax,
  readIoMax,
  readMemory,
  readPidsMax,
} from '../../../src/config/cgroup/values.ts';
import { Bad } from '../../../src/config/problems/bad.ts';
import { host } from './helpers.ts';

const context = { host: host({ memoryBytes: 1000 * 4096 }) };
const said = (value: unknown) => (value instanceof Bad ? value.message : value);

test.each([
  ['memory.max=1', { file: 'memory.max', value: '1' }],
  ['memory.limit_in_bytes : 100M', { file: 'memory.limit_in_bytes', value: '100M' }],
  ['devices.deny:c 1:3 rwm', { file: 'devices.deny', value: 'c 1:3 rwm' }],
  ['io.max=8:0 rbps=1', { file: 'io.max', value: '8:0 rbps=1' }],
  ['io.max:8:0 rbps=1', { file: 'io.max', value: '8:0 rbps=1' }],
  ['memory.max', '`memory.max` is not FILE=VALUE'],
  ['memory.max=', '`memory.max=` is not FILE=VALUE'],
  ['=5', '`=5` is not FILE=VALUE'],
  ['../cpu.max=5', '`../cpu.max` is not the name of a file of a control group'],
  ['..=5', '`..` is not the name of a file of a control group'],
])('a file of a group: %j', (text, expected) => {
  expect(said(readCgroupFile(text))).toEqual(expected);
});

const NO_MEMORY = 'is not an amount of memory: bytes, also with K, M, G, T, a percentage, or max';

test.each([
  ['4096', '4096'],
  ['64K', '65536'],
  ['100M', '104857600'],
  ['1g', '1073741824'],
  ['2TiB', '2199023255552'],
  ['max', 'max'],
  ['50%', '2048000'],
  ['0.1 %', '4096'],
  ['100%', '4096000'],
  ['101%', `\`101%\` ${NO_MEMORY}`],
  ['0%', `\`0%\` ${NO_MEMORY}`],
  ['0', `\`0\` ${NO_MEMORY}`],
  ['-1', `\`-1\` ${NO_MEMORY}`],
  ['99999T', `\`99999T\` ${NO_MEMORY}`],
  ['1.5G', `\`1.5G\` ${NO_MEMORY}`],
])('memory: %j', (text, expected) => {
  expect(said(readMemory(text, context))).toBe(expected);
});

const NO_SHARE = 'is not a share of processors: 50%, 200% for two, QUOTA PERIOD in microseconds, or max';

test.each([
  ['50%', '50000 100000'],
  ['200%', '200000 100000'],
  ['12.5%', '12500 100000'],
  ['1%', '1000 100000'],
  ['0.5%', 'at least 1%'],
  ['max', 'max 100000'],
  ['50000 100000', '50000 100000'],
  ['max 50000', 'max 50000'],
  ['999 100000', 'the quota is too small: at least 1000 microseconds'],
  ['5000 999', 'the period is not between 1000 and 1000000 microseconds'],
  ['5000 1000001', 'the period is not between 1000 and 1000000 microseconds'],
  ['2', `\`2\` ${NO_SHARE}`],
  ['half', `\`half\` ${NO_SHARE}`],
])('processor time: %j', (text, expected) => {
  expect(said(readCpuMax(text))).toBe(expected);
});

test.each([
  ['20', '20'],
  ['max', 'max'],
  ['0', '`0` is not a number of processes, or max'],
  ['many', '`many` is not a number of processes, or max'],
])('processes: %j', (text, expected) => {
  expect(said(readPidsMax(text))).toBe(expected);
});

test.each([
  ['8:0 rbps=1M', '8:0 rbps=1048576'],
  ['/dev/sda  wbps=max riops=100', '/dev/sda wbps=max riops=100'],
  ['sda rbps=1', '`sda` is no block device: MAJOR:MINOR or /dev/NAME'],
  ['8:0', 'which limit? 8:0 rbps=N wbps=N riops=N wiops=N'],
  ['8:0 bps=1', '`bps=1` is none of rbps=N, wbps=N, riops=N, wiops=N'],
  ['8:0 rbps=fast', '`fast` is not a rate per second: a number, also with K, M, G, or max'],
  ['8:0 rbps', '`` is not a rate per second: a number, also with K, M, G, or max'],
])('reading and writing: %j', (text, expected) => {
  expect(said(readIoMax(text))).toBe(expected);
});

test('what means max elsewhere is suggested to be it', () => {
  for (const word of ['unlimited', 'infinity', '-1'])
    for (const read of [readCpuMax, readPidsMax, (text: string) => readMemory(text, context)])
      expect((read(word) as Bad).options.suggestion).toBe('max');
});
