// What the monitors ask of directories and of the ways that lead there: node:fs with callbacks made promises, since a scan costs
// half of what node:fs/promises takes for it. Configs themselves: see disk.ts.
import { type BigIntStats, lstat, readdir, readlink, stat } from 'node:fs';
import { promisify } from 'node:util';

const BIG = { bigint: true } as const;

const lstatBig: (path: string, options: typeof BIG) => Promise<BigIntStats> = promisify(lstat);
const statBig: (path: string, options: typeof BIG) => Promise<BigIntStats> = promisify(stat);

export const calls = {
  lstat: (path: string): Promise<BigIntStats> => lstatBig(path, BIG),
  stat: (path: string): Promise<BigIntStats> => statBig(path, BIG),
  readdir: promisify(readdir) as (path: string) => Promise<string[]>,
  readlink: promisify(readlink) as (path: string) => Promise<string>,
};
