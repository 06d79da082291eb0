// How the part about logs is shown.
import { join } from 'node:path';
import { logs } from './logs.mjs';
import { table } from './numbers.mjs';

export async function floods(programs, directory) {
  const results = await logs(programs, join(directory, 'logs'));
  const rows = results.map(({ name, line, rate, written, cpuRate, turn, growthMiB }) => [
    name,
    `${line} bytes`,
    `${rate.toFixed(0)} MB/s`,
    written === undefined ? '' : `${(100 * written).toFixed(1)} %`,
    cpuRate === undefined ? '' : `${cpuRate.toFixed(0)} MB`,
    turn === undefined ? '' : `≤ ${turn * 1000} ms`,
    growthMiB === undefined ? '' : `${growthMiB.toFixed(0)} MiB`,
  ]);
  const head = [
    'to',
    'lines of',
    'printed',
    'written',
    'for 1 s of CPU',
    '99 % of the loop’s turns',
    'memory grew by',
  ];
  return { title: 'A vassal that prints as fast as it can', text: table(head, rows) };
}
