// The file system calls of the monitors: node:fs with callbacks made promises, since a scan of 10 000 files costs half of
// what node:fs/promises takes for it.
import { type BigIntStats, close, fstat, lstat, open, read, readdir, readlink, stat } from 'node:fs';
import { promisify } from 'node:util';

const BIG = { bigint: true } as const;

const lstatBig: (path: string, options: typeof BIG) => Promise<BigIntStats> = promisify(lstat);
const statBig: (path: string, options: typeof BIG) => Promise<BigIntStats> = promisify(stat);
const fstatBig: (fd: number, options: typeof BIG) => Promise<BigIntStats> = promisify(fstat);

export const calls = {
  lstat: (path: string): Promise<BigIntStats> => lstatBig(path, BIG),
  stat: (path: string): Promise<BigIntStats> => statBig(path, BIG),
  fstat: (fd: number): Promise<BigIntStats> => fstatBig(fd, BIG),
  open: promisify(open) as (path: string, flags: number) => Promise<number>,
  read: promisify(read) as (
    fd: number,
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ) => Promise<{ bytesRead: number }>,
  close: promisify(close),
  readdir: promisify(readdir) as (path: string) => Promise<string[]>,
  readlink: promisify(readlink) as (path: string) => Promise<string>,
};
